package dev.mien.store;

import dev.mien.store.Outcome.Written;
import java.util.ArrayList;
import java.util.List;

/// What one step of an edit wrote: enough to find it again in the history.
///
/// @param changed false where the document already was as the step wanted it
public record Receipt(String collection, long revision, boolean changed) {
    /// As it is stored: a line for each step.
    public static String text(List<? extends Step> steps, List<Written> written) {
        var text = new StringBuilder();
        for (int i = 0; i < written.size(); i++) {
            var one = written.get(i);
            text.append(steps.get(i).collection().name())
                    .append(' ')
                    .append(one.document().revision())
                    .append(' ')
                    .append(one.changed())
                    .append('\n');
        }
        return text.toString();
    }

    public static List<Receipt> parse(String text) {
        var receipts = new ArrayList<Receipt>();
        text.lines().forEach(line -> {
            String[] parts = line.split(" ", 3);
            receipts.add(new Receipt(parts[0], Long.parseLong(parts[1]), Boolean.parseBoolean(parts[2])));
        });
        return receipts;
    }
}
