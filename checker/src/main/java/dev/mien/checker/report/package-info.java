/// What a person gets after a run: a summary for the terminal, and a report to keep, as a page and as JSON. It judges
/// nothing. [dev.mien.checker.report.Figures] measures the history once, and the others put it and the verdict into
/// words.
@NullMarked
package dev.mien.checker.report;

import org.jspecify.annotations.NullMarked;
