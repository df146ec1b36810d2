package dev.mien.http;

import dev.mien.api.ProblemType;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The parts of a `multipart/form-data` body (RFC 7578), one after another as they arrive. Only the part at hand is in
/// memory.
public final class Multipart implements AutoCloseable {
    private static final int MOST_HEADER_BYTES = 8 * 1024;
    private static final Pattern BOUNDARY = Pattern.compile(
            "(?i)multipart/form-data\\s*;(?:.*;)?\\s*boundary=(?:\"([^\"]{1,70})\"|([^\\s;\"]{1,70})).*");
    private static final Pattern PARAMETER =
            Pattern.compile("(?i)[;\\s](name|filename)=(?:\"((?:[^\"\\\\]|\\\\.)*+)\"|([^;\\s]*))");

    private final InputStream in;
    /// What ends a part: the end of a line and the boundary.
    private final byte[] delimiter;

    private final byte[] buffer = new byte[64 * 1024];
    private int position;
    private int limit;
    private boolean ended;

    /// One part.
    ///
    /// @param name of the field
    /// @param fileName as the client says; empty where it does not. Not to be trusted
    /// @param content null where it is larger than it may be; it was passed over
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    public record Part(String name, String fileName, byte @Nullable [] content) {}

    /// @throws ProblemException if the body is of another type
    public Multipart(ServerRequest request) {
        this(
                request.headers().first(HeaderNames.CONTENT_TYPE).orElse(""),
                request.content().inputStream());
    }

    Multipart(String contentType, InputStream body) {
        var boundary = BOUNDARY.matcher(contentType);
        if (!boundary.matches()) {
            throw new ProblemException(
                    ProblemType.UNSUPPORTED_MEDIA_TYPE, "The body must be multipart/form-data with a boundary.");
        }
        String text = boundary.group(1) == null ? boundary.group(2) : boundary.group(1);
        this.delimiter = ("\r\n--" + text).getBytes(StandardCharsets.ISO_8859_1);
        this.in = body;
        try {
            skipPreamble();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Goes behind the first boundary, which has no line before it if it is the first thing in the body.
    private void skipPreamble() throws IOException {
        for (int i = 2; i < delimiter.length; i++) {
            if (read() != delimiter[i]) {
                throw malformed("it does not begin with its boundary");
            }
        }
        endLine();
    }

    /// What follows a boundary: the end of its line, or the end of all parts.
    private void endLine() throws IOException {
        int c = read();
        while (c == ' ' || c == '\t') {
            c = read();
        }
        int next = read();
        if (c == '-' && next == '-') {
            ended = true;
        } else if (c != '\r' || next != '\n') {
            throw malformed("it is cut off, or a boundary stands in the middle of a line");
        }
    }

    private static ProblemException malformed(String what) {
        return new ProblemException(ProblemType.MALFORMED_BODY, "The body is no multipart/form-data: " + what + ".");
    }

    /// The next part; null behind the last.
    ///
    /// @param maximumBytes largest content; of a larger one, all but the content is given
    public @Nullable Part next(int maximumBytes) {
        if (ended) {
            return null;
        }
        try {
            String disposition = disposition();
            byte[] content = content(maximumBytes);
            endLine();
            String name = "";
            String fileName = "";
            var parameters = PARAMETER.matcher(disposition);
            while (parameters.find()) {
                String value = parameters.group(2) == null
                        ? parameters.group(3)
                        : parameters.group(2).replace("\\\"", "\"").replace("%22", "\"");
                if (parameters.group(1).toLowerCase(Locale.ROOT).equals("name")) {
                    name = value;
                } else {
                    fileName = value;
                }
            }
            return new Part(name, fileName, content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The value of `Content-Disposition`; empty where the part has none.
    private String disposition() throws IOException {
        String disposition = "";
        int bytes = 0;
        while (true) {
            var line = new ByteArrayOutputStream();
            int c = read();
            while (c != '\n') {
                if (c < 0 || ++bytes > MOST_HEADER_BYTES) {
                    throw malformed(c < 0 ? "it is cut off in a part's headers" : "a part's headers are too long");
                }
                line.write(c);
                c = read();
            }
            String header = line.toString(StandardCharsets.UTF_8).stripTrailing();
            if (header.isEmpty()) {
                return disposition;
            }
            if (header.toLowerCase(Locale.ROOT).startsWith("content-disposition:")) {
                disposition = header.substring("content-disposition:".length());
            }
        }
    }

    /// Everything up to the next boundary. A line's end may begin one, and only what follows tells.
    private byte @Nullable [] content(int maximumBytes) throws IOException {
        var content = new ByteArrayOutputStream();
        boolean tooLarge = false;
        int matched = 0;
        while (matched < delimiter.length) {
            if (matched == 0) {
                tooLarge |= !passOn(content, maximumBytes);
            }
            int c = read();
            if (c < 0) {
                throw malformed("it is cut off in a part");
            }
            if (c == delimiter[matched]) {
                matched++;
                continue;
            }
            // The delimiter has one line's end, its first byte; so only that can begin another inside of it.
            tooLarge |= content.size() + matched + 1 > maximumBytes;
            if (!tooLarge) {
                content.write(delimiter, 0, matched);
            }
            matched = c == delimiter[0] ? 1 : 0;
            if (matched == 0 && !tooLarge) {
                content.write(c);
            }
        }
        return tooLarge ? null : content.toByteArray();
    }

    /// Takes what is in the buffer and cannot begin a delimiter.
    ///
    /// @return whether there was room for it
    private boolean passOn(ByteArrayOutputStream content, int maximumBytes) {
        int from = position;
        while (position < limit && buffer[position] != delimiter[0]) {
            position++;
        }
        boolean fits = content.size() + position - from <= maximumBytes;
        if (fits) {
            content.write(buffer, from, position - from);
        }
        return fits;
    }

    private int read() throws IOException {
        if (position == limit) {
            position = 0;
            limit = Math.max(0, in.read(buffer));
            if (limit == 0) {
                return -1;
            }
        }
        return buffer[position++] & 0xff;
    }

    @Override
    public void close() {
        try {
            in.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
