package dev.mien.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// How long `./mien serve` takes from when it is executed to its first answer: 200 on `/livez`. The files that it
/// reads are in the memory of the system from the second start on.
final class Starts {
    private Starts() {}

    /// Starts and ends a server a number of times.
    ///
    /// @param data where it has its data each time
    /// @return seconds, without those of a first start that does not count
    static List<Double> seconds(Path home, List<Path> data) throws IOException {
        var seconds = new ArrayList<Double>();
        for (var directory : data) {
            long begun = System.nanoTime();
            try (var server = new Server(home, 1, List.of("--data=" + directory));
                    var exchange = new Exchange(server.address())) {
                int status = exchange.send(Requests.get("/livez")).status();
                if (status != 200) {
                    throw new IOException("/livez answered " + status);
                }
                seconds.add((System.nanoTime() - begun) / 1e9);
            }
        }
        return seconds.subList(1, seconds.size());
    }
}
