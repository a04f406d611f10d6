package io.holdfast.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class ChartTest {
  @Test
  void svg_twoComparedOneAlone_drawsTwoBarsToScale() throws Exception {
    Document chart =
        parse(
            Chart.svg(
                List.of(
                    new Result(Scenarios.named("a"), new double[] {100}, new double[] {400}),
                    new Result(Scenarios.named("b + c"), new double[] {100}, new double[] {100}),
                    new Result(Scenarios.named("alone"), new double[] {100}, new double[0]))));
    List<Double> widths = attributes(chart, "rect", "width");
    assertThat(widths).hasSize(3); // the background is one
    assertThat(widths.get(1)).isEqualTo(4 * widths.get(2));
    List<Double> starts = attributes(chart, "rect", "x");
    assertThat(attributes(chart, "line", "x1")).containsExactly(starts.getFirst() + widths.get(2));
    assertThat(chart.getDocumentElement().getTextContent())
        .contains("a", "4.00", "b + c", "1.00", "libnothing")
        .doesNotContain("alone");
  }

  @Test
  void svg_nothingCompared_isADocument() throws Exception {
    assertThat(parse(Chart.svg(List.of())).getDocumentElement().getTagName()).isEqualTo("svg");
  }

  private static Document parse(String svg) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(svg)));
  }

  /** {@return the attribute of every element that has it} */
  private static List<Double> attributes(Document chart, String element, String attribute) {
    NodeList elements = chart.getElementsByTagName(element);
    List<Double> values = new ArrayList<>();
    for (int i = 0; i < elements.getLength(); i++) {
      String value = ((Element) elements.item(i)).getAttribute(attribute);
      if (!value.isEmpty()) {
        values.add(Double.valueOf(value));
      }
    }
    return values;
  }
}
