package dev.mien.checker.report;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.Properties;

/// The files on the class path from which the page is made.
final class Resources {
    private static final String UPLOT = "/META-INF/resources/webjars/uplot/";
    private static final String UPLOT_VERSION = "/META-INF/maven/org.webjars.npm/uplot/pom.properties";

    private Resources() {}

    static String template() throws IOException {
        return text("report.html");
    }

    /// A file of uPlot, whatever its version: that stands in the name of its folder.
    static String uPlot(String file) throws IOException {
        var properties = new Properties();
        properties.load(new StringReader(text(UPLOT_VERSION)));
        return text(UPLOT + properties.getProperty("version") + "/" + file);
    }

    private static String text(String name) throws IOException {
        try (var stream = Resources.class.getResourceAsStream(name)) {
            if (stream == null) {
                throw new FileNotFoundException("not on the class path: " + name);
            }
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
