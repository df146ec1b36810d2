package dev.mien.feed;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A client of a stream of changes, on a connection of its own.
public final class Listening implements AutoCloseable {
    private static final JsonMapper JSON = new JsonMapper();

    private final Socket socket;
    private final BufferedReader in;
    private final int status;
    private String lastId = "";

    /// One event.
    ///
    /// @param id empty where it had none
    public record Told(String id, String event, JsonNode data) {
        public long revision() {
            return data.get("revision").longValue();
        }
    }

    /// @param query what follows the question mark
    /// @param lastEventId empty for none
    public Listening(int port, String query, String lastEventId) throws IOException {
        this.socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout((int) Duration.ofSeconds(60).toMillis());
        socket.getOutputStream()
                .write(("GET /api/v1/changes?" + query + " HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n"
                                + (lastEventId.isEmpty() ? "" : "Last-Event-ID: " + lastEventId + "\r\n") + "\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
        this.in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        this.status = Integer.parseInt(in.readLine().split(" ")[1]);
        for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
            // Headers say nothing that is needed.
        }
    }

    public int status() {
        return status;
    }

    /// As a client remembers it, to go on elsewhere.
    public String lastId() {
        return lastId;
    }

    /// The next event; null once the stream has ended or broken. Lines of chunks are not of the form of a field.
    public Told next() {
        String id = "";
        String event = "";
        var data = new StringBuilder();
        try {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (line.startsWith("id: ")) {
                    id = line.substring(4);
                } else if (line.startsWith("event: ")) {
                    event = line.substring(7);
                } else if (line.startsWith("data: ")) {
                    data.append(line.substring(6));
                } else if (line.isEmpty()) {
                    if (!id.isEmpty()) {
                        lastId = id;
                    }
                    if (!data.isEmpty()) {
                        return new Told(id, event, JSON.readTree(data.toString()));
                    }
                }
            }
        } catch (IOException broken) {
            // As if it had ended.
        }
        return null;
    }

    public List<Told> next(int count) {
        var told = new ArrayList<Told>();
        for (int i = 0; i < count; i++) {
            told.add(next());
        }
        return told;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
