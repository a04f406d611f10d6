package io.holdfast.bench;

import java.util.List;
import java.util.Locale;

/**
 * The ratios as a bar chart, in SVG: one bar per compared scenario, and a line where both sides are
 * level.
 */
final class Chart {
  private static final int WIDTH = 760;
  private static final int ROW = 26;
  private static final int BAR = 16;
  private static final int TOP = 44;
  private static final int LEFT = 230;
  private static final int RIGHT = 130;

  private Chart() {}

  /** {@return the chart, a complete document} */
  static String svg(List<Result> results) {
    List<Result> compared = results.stream().filter(r -> r.ratio().isPresent()).toList();
    double longest =
        compared.stream().mapToDouble(r -> r.ratio().getAsDouble()).reduce(1, Math::max);
    double scale = (WIDTH - LEFT - RIGHT) / longest;
    StringBuilder bars = new StringBuilder();
    int y = TOP;
    for (Result result : compared) {
      bars.append(bar(result, y, scale));
      y += ROW;
    }
    return String.format(
        Locale.ROOT,
        """
        <svg xmlns="http://www.w3.org/2000/svg" width="%1$d" height="%2$d" font-family="sans-serif" font-size="13">
        <rect width="%1$d" height="%2$d" rx="6" fill="#ffffff"/>
        <text x="%3$d" y="22" fill="#57606a">times as fast as the peer</text>
        %4$s<line x1="%5$.1f" x2="%5$.1f" y1="%6$d" y2="%7$d" stroke="#d1242f"/>
        </svg>
        """,
        WIDTH,
        y + ROW / 2,
        LEFT,
        bars,
        LEFT + scale,
        TOP - 8,
        y);
  }

  private static String bar(Result result, int y, double scale) {
    double ratio = result.ratio().getAsDouble();
    double length = ratio * scale;
    return String.format(
        Locale.ROOT,
        """
        <text x="%1$d" y="%2$d" text-anchor="end" fill="#1f2328">%3$s</text>
        <rect x="%4$d" y="%5$d" width="%6$.1f" height="%7$d" fill="#2f6f9f"/>
        <text x="%8$.1f" y="%2$d" fill="#1f2328">%9$.2f <tspan fill="#57606a">%10$s</tspan></text>
        """,
        LEFT - 10,
        y + BAR - 4,
        result.scenario().name(),
        LEFT,
        y,
        length,
        BAR,
        LEFT + length + 6,
        ratio,
        result.scenario().peerName());
  }
}
