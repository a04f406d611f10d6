package io.holdfast.crash.internal.report;

import io.holdfast.crash.CrashReport;
import java.io.IOException;
import java.io.Writer;

/** A report as one HTML page for people. */
public final class HtmlReport {
  private HtmlReport() {}

  public static void write(CrashReport report, Writer out) throws IOException {
    out.write("<!doctype html><meta charset=utf-8><title>Crash report</title><pre>");
    out.write(report.toString().replace("&", "&amp;").replace("<", "&lt;"));
    out.write("</pre>\n");
  }
}
