package dev.mien.checker.workload;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.impl.io.DefaultBHttpClientConnection;
import org.apache.hc.core5.http.impl.io.HttpRequestExecutor;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.http.io.support.ClassicRequestBuilder;
import org.apache.hc.core5.http.protocol.HttpCoreContext;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/// One HTTP/1.1 connection, and with it one worker, for one request at a time. A request is sent once: nothing repeats
/// it behind the back of whoever records it.
final class Connection implements AutoCloseable {
    private final HttpRequestExecutor executor = new HttpRequestExecutor();
    private final DefaultBHttpClientConnection http = new DefaultBHttpClientConnection(Http1Config.DEFAULT);
    private final String authority;
    private final String basePath;

    /// @throws IOException when nobody accepts the connection
    @SuppressWarnings("AddressSelection") // The deployment's addresses are for us to take as they are.
    Connection(URI address, Duration patience) throws IOException {
        this.authority = address.getAuthority();
        this.basePath = address.getPath().replaceAll("/$", "");
        var socket = new Socket();
        try {
            socket.setTcpNoDelay(true);
            socket.connect(new InetSocketAddress(address.getHost(), port(address)), (int) patience.toMillis());
            http.bind(isEncrypted(address) ? encrypted(socket, address) : socket);
            http.setSocketTimeout(Timeout.of(patience.toMillis(), TimeUnit.MILLISECONDS));
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    private static boolean isEncrypted(URI address) {
        return "https".equals(address.getScheme());
    }

    private static int port(URI address) {
        return address.getPort() >= 0 ? address.getPort() : isEncrypted(address) ? 443 : 80;
    }

    private static Socket encrypted(Socket socket, URI address) throws IOException {
        var factory = (SSLSocketFactory) SSLSocketFactory.getDefault();
        var encrypted = (SSLSocket) factory.createSocket(socket, address.getHost(), port(address), true);
        var parameters = encrypted.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        encrypted.setSSLParameters(parameters);
        return encrypted;
    }

    /// @throws IOException when no whole answer came; the connection is then of no more use
    Reply exchange(String method, String path, @Nullable String condition, byte @Nullable [] body) throws IOException {
        return exchange(method, path, condition, body, null);
    }

    /// @param key what makes the request safe to repeat, `Idempotency-Key`
    /// @throws IOException when no whole answer came; the connection is then of no more use
    Reply exchange(String method, String path, @Nullable String condition, byte @Nullable [] body, @Nullable String key)
            throws IOException {
        var request = request(method, path, condition, body);
        if (key != null) {
            request.setHeader("Idempotency-Key", key);
        }
        try (ClassicHttpResponse response = executor.execute(request, http, HttpCoreContext.create())) {
            var entity = response.getEntity();
            byte[] content = entity == null ? new byte[0] : EntityUtils.toByteArray(entity);
            var connection = response.getFirstHeader("Connection");
            if (connection != null && "close".equalsIgnoreCase(connection.getValue())) {
                close();
            }
            return new Reply(response, content);
        } catch (HttpException | IOException e) {
            close();
            throw e instanceof IOException io ? io : new IOException(e);
        }
    }

    /// Asks for a stream of events. The connection is of no use for anything else from then on.
    ///
    /// @param lastEventId behind which it goes on
    /// @return the beginning of the answer, whose entity goes on until somebody closes it
    ClassicHttpResponse stream(String path, String lastEventId) throws IOException {
        var request = request("GET", path, null, null);
        request.setHeader("Accept", "text/event-stream");
        request.setHeader("Last-Event-ID", lastEventId);
        try {
            return executor.execute(request, http, HttpCoreContext.create());
        } catch (HttpException e) {
            throw new IOException(e);
        }
    }

    private ClassicHttpRequest request(String method, String path, @Nullable String condition, byte @Nullable [] body) {
        var request =
                ClassicRequestBuilder.create(method).setPath(basePath + path).build();
        request.setHeader("Host", authority);
        if (condition != null) {
            request.setHeader(method.equals("GET") ? "If-None-Match" : "If-Match", condition);
        }
        if (body != null) {
            var type = method.equals("PATCH") ? "application/merge-patch+json" : "application/json";
            request.setHeader("Content-Type", type);
            request.setHeader("Content-Length", body.length);
            request.setEntity(new ByteArrayEntity(body, ContentType.create(type)));
        }
        return request;
    }

    boolean isOpen() {
        return http.isOpen();
    }

    @Override
    public void close() {
        http.close(CloseMode.IMMEDIATE);
    }
}
