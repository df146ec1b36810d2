package dev.mien.benchmarks.parts;

import dev.mien.api.RevisionToken;
import dev.mien.http.Answers;
import dev.mien.http.Preconditions;
import dev.mien.store.Document;
import io.helidon.http.HeaderNames;
import io.helidon.http.HttpPrologue;
import io.helidon.http.Method;
import io.helidon.http.ServerRequestHeaders;
import io.helidon.http.ServerResponseHeaders;
import io.helidon.http.WritableHeaders;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/// What do the token and the entity tag of an answer cost, and the preconditions of a request?
///
/// Workload: one document of 1 KB, and headers as a client sends them back. Requests and answers are of real headers
/// without a connection, behind a proxy object that adds some nanoseconds to each call. One thread.
///
/// Command: `benchmarks/parts Header`
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Benchmark)
public class HeaderBenchmark {
    private final RevisionToken token = new RevisionToken("6c780054b5a83817", 1_234_567);
    private final String spelled = token.toString();
    private final Document document = new Document("ophelia", 7, 1_234_567, token.incarnation(), new byte[1_024]);
    private final ServerRequest plain = request(WritableHeaders.create());
    private final ServerRequest conditional =
            request(WritableHeaders.create().set(HeaderNames.IF_NONE_MATCH, document.etag()));
    private final ServerRequest guarded = request(WritableHeaders.create().set(HeaderNames.IF_MATCH, document.etag()));
    private final ServerResponseHeaders answered = ServerResponseHeaders.create();
    private final ServerResponse response = response(answered);

    @Benchmark
    public String writeToken() {
        return token.toString();
    }

    @Benchmark
    public Optional<RevisionToken> parseToken() {
        return RevisionToken.parse(spelled);
    }

    @Benchmark
    public String etag() {
        return document.etag();
    }

    @Benchmark
    public boolean ifMatch() {
        return Preconditions.ifMatch(guarded).orElseThrow().test(document);
    }

    @Benchmark
    public boolean ifNoneMatch() {
        return Preconditions.isUnmodified(conditional, document.etag());
    }

    /// The headers of 200, `ETag` and `Mien-Revision` among them.
    @Benchmark
    public ServerResponseHeaders answerOk() {
        answered.clear();
        Answers.document(plain, response, document, token);
        return answered;
    }

    /// The same for 304, with what finds out that it is one.
    @Benchmark
    public ServerResponseHeaders answerNotModified() {
        answered.clear();
        Answers.document(conditional, response, document, token);
        return answered;
    }

    private static ServerRequest request(WritableHeaders<?> headers) {
        var all = ServerRequestHeaders.create(headers);
        var prologue = HttpPrologue.create("HTTP/1.1", "HTTP", "1.1", Method.GET, "/api/v1/personas/ophelia", false);
        return proxy(ServerRequest.class, (self, method, arguments) -> switch (method.getName()) {
            case "headers" -> all;
            case "prologue" -> prologue;
            default -> throw new UnsupportedOperationException(method.getName());
        });
    }

    private static ServerResponse response(ServerResponseHeaders headers) {
        return proxy(ServerResponse.class, (self, method, arguments) -> switch (method.getName()) {
            case "header" -> {
                headers.set((io.helidon.http.Header) arguments[0]);
                yield self;
            }
            case "status" -> self;
            case "send" -> null;
            default -> throw new UnsupportedOperationException(method.getName());
        });
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }
}
