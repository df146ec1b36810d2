package dev.mien.checker.report;

import dev.mien.checker.history.History;
import dev.mien.checker.verdict.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// A run and its verdict as files: `index.html` for people, one page that needs no other file and no network, and
/// `report.json`, which says the same to programs.
public final class Report {
    private Report() {}

    /// Writes both files, over those of an earlier report.
    ///
    /// @param directory is made if it is not there
    /// @throws IOException when it cannot be written; either file may then be missing or cut off
    public static void write(Path directory, History history, Verdict verdict) throws IOException {
        var figures = Figures.of(history);
        Files.createDirectories(directory);
        Files.writeString(directory.resolve("report.json"), ReportJson.report(history, verdict, figures));
        Files.writeString(directory.resolve("index.html"), Page.of(history, verdict, figures));
    }
}
