package dev.mien.benchmarks;

import java.util.List;
import java.util.Locale;

/// The plots of a report, as SVG that follows the reader's light or dark mode.
final class Plots {
    private static final int WIDTH = 820;
    private static final int LEFT = 270;
    private static final int ROW = 22;
    private static final List<String> COLOURS = List.of("#3b6fb6", "#c8553d", "#3c8d5a", "#8a5fb0", "#a07a1c");
    private static final String STYLE = """
            <style>
            text { font: 12px system-ui, sans-serif; fill: #222 }
            line { stroke: #8885 }
            .figure { fill: #777 }
            .spread { stroke: #222; stroke-width: 1.5 }
            .target { stroke: #c8553d; stroke-width: 2 }
            @media (prefers-color-scheme: dark) { text { fill: #ddd } .spread { stroke: #ddd } .figure { fill: #999 } }
            </style>
            """;

    private Plots() {}

    /// A bar per load: the median of its ratio to `/livez`, with a line from the smallest to the largest, and a mark at
    /// the target.
    static String throughput(List<Series> all) {
        double largest = all.stream()
                .mapToDouble(series -> series.spread(Series.Round::ratio).maximum())
                .max()
                .orElse(1);
        double top = Math.max(1, Math.ceil(largest * 5) / 5);
        int height = 40 + ROW * all.size();
        var svg = new StringBuilder(head(height, "Throughput as a share of livez"));
        for (double tick = 0; tick <= top + 1e-9; tick += top > 2 ? 1 : 0.2) {
            double x = x(tick / top);
            svg.append(line("", x, 24, x, height - 10)).append(text(x, 16, "middle", "figure", number(tick)));
        }
        for (int i = 0; i < all.size(); i++) {
            var series = all.get(i);
            var ratio = series.spread(Series.Round::ratio);
            double y = 30 + ROW * i;
            String far = series.store().contains(",") ? series.store().replaceFirst("^[^,]*", "") : "";
            String label = series.title() + far + ", " + series.connections() + " conn."
                    + (series.workers() > 1 ? ", " + series.workers() + " workers" : "");
            svg.append(text(LEFT - 8, y + 12, "end", "", label));
            svg.append(String.format(
                    Locale.ROOT,
                    "<rect x=\"%d\" y=\"%.0f\" width=\"%.1f\" height=\"%d\" fill=\"%s\" rx=\"2\"/>\n",
                    LEFT,
                    y,
                    x(ratio.median() / top) - LEFT,
                    ROW - 6,
                    COLOURS.getFirst()));
            svg.append(line("spread", x(ratio.minimum() / top), y + 8, x(ratio.maximum() / top), y + 8));
            if (series.target() > 0) {
                svg.append(line("target", x(series.target() / top), y - 2, x(series.target() / top), y + ROW - 4));
            }
        }
        return svg.append("</svg>\n").toString();
    }

    /// A line per load: latency over percentiles, both on logarithmic scales.
    static String latency(List<Series> all) {
        int height = 380;
        int bottom = height - 30;
        double lowest = 1;
        double highest = 6; // 10 µs to 1 s
        var svg = new StringBuilder(head(height, "Latency from the moment at which a request was due"));
        for (double power = lowest; power <= highest; power++) {
            double y = bottom - (power - lowest) / (highest - lowest) * (bottom - 20);
            String label = power < 3 ? number(Math.pow(10, power)) + " µs" : number(Math.pow(10, power - 3)) + " ms";
            svg.append(line("", LEFT, y, WIDTH - 20, y)).append(text(LEFT - 8, y + 4, "end", "figure", label));
        }
        var shown = Sample.PERCENTILES.subList(0, 5);
        for (int i = 0; i < shown.size(); i++) {
            svg.append(text(x(i / 4.0), height - 10, "middle", "figure", "p" + number(shown.get(i))));
        }
        for (int i = 0; i < all.size(); i++) {
            var series = all.get(i);
            String colour = COLOURS.get(i % COLOURS.size());
            var points = new StringBuilder();
            for (int p = 0; p < shown.size(); p++) {
                double percentile = shown.get(p);
                double micros = series.median(round -> round.load().latencyMicros(percentile));
                double share = (Math.log10(Math.max(10, micros)) - lowest) / (highest - lowest);
                points.append(String.format(
                        Locale.ROOT, "%.1f,%.1f ", x(p / 4.0), bottom - Math.min(1, share) * (bottom - 20)));
            }
            svg.append(String.format(
                    "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"/>%n", points, colour));
            svg.append(String.format(
                    Locale.ROOT,
                    "<text x=\"8\" y=\"%d\" style=\"fill: %s\">%s</text>\n",
                    40 + 18 * i,
                    colour,
                    series.title() + ", " + number(series.ratePerSecond()) + "/s"));
        }
        return svg.append("</svg>\n").toString();
    }

    private static String head(int height, String title) {
        return "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + WIDTH + " " + height
                + "\" role=\"img\">\n<title>" + title + "</title>\n" + STYLE;
    }

    private static double x(double share) {
        return LEFT + share * (WIDTH - 20 - LEFT);
    }

    private static String line(String style, double x1, double y1, double x2, double y2) {
        return String.format(
                Locale.ROOT,
                "<line%s x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>\n",
                style.isEmpty() ? "" : " class=\"" + style + "\"",
                x1,
                y1,
                x2,
                y2);
    }

    private static String text(double x, double y, String anchor, String style, String content) {
        return String.format(
                Locale.ROOT,
                "<text%s x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>\n",
                style.isEmpty() ? "" : " class=\"" + style + "\"",
                x,
                y,
                anchor,
                content);
    }

    private static String number(double value) {
        return value == Math.rint(value)
                ? String.format(Locale.ROOT, "%,.0f", value)
                : String.format(Locale.ROOT, "%.2f", value).replaceAll("0+$", "");
    }
}
