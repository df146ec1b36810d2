package dev.mien.benchmarks;

import java.io.IOException;
import java.net.InetSocketAddress;

/// Edits a persona, and reads it on another connection as soon as the edit is acknowledged, again and again.
///
/// @param oldAnswers acknowledgements that show the document as it was before the edit
/// @param oldReads reads that do not show the edit
record EditProbe(int edits, int oldAnswers, int oldReads) {

    static EditProbe of(InetSocketAddress server, Ids ids, int edits) throws IOException {
        int oldAnswers = 0;
        int oldReads = 0;
        try (var writes = new Exchange(server);
                var reads = new Exchange(server)) {
            for (int i = 0; i < edits; i++) {
                String path = "/api/v1/personas/" + ids.get(i % Math.min(100, ids.count()));
                String greeting = "\"greeting\":\"Edit " + i + "\"";
                var written = writes.send(Requests.patch(path, Requests.ascii("{" + greeting + "}")));
                var read = reads.send(Requests.get(path));
                if (written.status() != 200 || read.status() != 200) {
                    throw new IOException("status " + written.status() + " and " + read.status());
                }
                oldAnswers += written.body().contains(greeting) ? 0 : 1;
                oldReads += read.body().contains(greeting) ? 0 : 1;
            }
        }
        return new EditProbe(edits, oldAnswers, oldReads);
    }
}
