package dev.mien.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/// The server that a command talks to: one that runs, or one of its own for a store that no server has.
final class Source {
    @Option(
            names = "--url",
            paramLabel = "URL",
            description = "the server; without it and --data, http://127.0.0.1:8080")
    private @Nullable URI url;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "the data directory of a store on SQLite instead, which a server is started for meanwhile")
    private @Nullable Path data;

    /// An API to talk to, until it is closed.
    record Open(ServerApi api, AutoCloseable server) implements AutoCloseable {
        @Override
        public void close() throws Exception {
            api.close();
            server.close();
        }
    }

    /// @param readOnly whether nothing is to be written; then a store may be in use
    Open open(CommandSpec spec, boolean readOnly) throws IOException {
        if (url != null && data != null) {
            throw new ParameterException(spec.commandLine(), "give either --url or --data");
        }
        if (data == null) {
            var address = url == null ? URI.create("http://127.0.0.1:8080") : url;
            if (!"http".equals(address.getScheme()) && !"https".equals(address.getScheme())) {
                throw new ParameterException(spec.commandLine(), "--url: an address begins with http:// or https://");
            }
            return new Open(new ServerApi(address), () -> {});
        }
        if (readOnly && !Files.isDirectory(data)) {
            throw new FailedException("there is no store in " + data);
        }
        var log = Files.createTempFile("mien-", ".log");
        try {
            var server = new ServerProcess(data, 1, log, "--database=", "--replica=", "--read-only=" + readOnly);
            return new Open(new ServerApi(server.address()), () -> {
                server.close();
                Files.deleteIfExists(log);
            });
        } catch (UncheckedIOException e) {
            String said = Files.readString(log).strip();
            Files.deleteIfExists(log);
            throw new FailedException(
                    said.startsWith("mien: ") ? said.substring("mien: ".length()) : String.valueOf(e.getMessage()));
        }
    }
}
