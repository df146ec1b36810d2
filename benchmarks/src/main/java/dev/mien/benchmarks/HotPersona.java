package dev.mien.benchmarks;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;

/// One persona that all connections patch at once, and whether each of those edits was kept. Nobody else edits it.
final class HotPersona {
    private final String server;
    private final Target on;
    private final String id;
    private final AtomicLong sent = new AtomicLong();

    /// @param server its name in reports; empty where there is only one
    HotPersona(String server, Target on) throws IOException {
        this.server = server;
        this.on = on;
        this.id = Personas.createOne(on.address());
    }

    Load load() {
        var ids = new Ids();
        ids.addAll(java.util.List.of(id));
        var patches = Requests.patches(ids);
        Requests counted = request -> {
            sent.incrementAndGet();
            patches.next(request);
        };
        return new Load(Loads.HOT, server, on, counted, 200, 1, 0);
    }

    /// How many edits were sent that the persona's version does not show, once all were answered. Each writes what no
    /// other one wrote, so each makes a version of its own.
    long lost() throws IOException {
        return 1 + sent.get() - Personas.version(on.address(), id);
    }
}
