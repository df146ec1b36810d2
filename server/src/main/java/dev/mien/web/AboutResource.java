package dev.mien.web;

import dev.mien.api.ProblemType;
import dev.mien.http.Answers;
import dev.mien.http.ProblemResponse;
import dev.mien.http.Route;
import dev.mien.store.Store;
import io.helidon.http.Header;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Method;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/// The addresses that are not about documents.
public final class AboutResource {
    private static final Header HTML = HeaderValues.createCached(HeaderNames.CONTENT_TYPE, "text/html; charset=utf-8");
    private static final Header NO_SCRIPTS = HeaderValues.createCached(
            HeaderNames.create("Content-Security-Policy"), "default-src 'none'; style-src 'unsafe-inline'");
    private static final byte[] ALIVE = "{\"status\":\"alive\"}".getBytes(StandardCharsets.UTF_8);
    private static final byte[] READY = "{\"status\":\"ready\"}".getBytes(StandardCharsets.UTF_8);

    private static final String PAGE = """
            <!doctype html>
            <html lang="en">
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width">
            <meta name="color-scheme" content="light dark">
            <title>%s</title>
            <style>body { font: 1.1rem/1.6 system-ui, sans-serif; max-width: 40rem; margin: 3rem auto; padding: 0 1rem }</style>
            <h1>%s</h1>
            %s
            </html>
            """;

    private final Store store;
    private final ProblemResponse problems;
    private byte[] openApi = {};

    public AboutResource(Store store, ProblemResponse problems) {
        this.store = store;
        this.problems = problems;
    }

    /// The description can only be made once all routes are known, these among them.
    public void describe(byte[] description) {
        this.openApi = description.clone();
    }

    public List<Route> routes() {
        return List.of(
                Route.of(Method.GET, "/livez", "Whether the worker runs; never asks the store", 200, this::livez),
                Route.of(Method.GET, "/readyz", "Whether the worker can read and write the store", 200, this::readyz),
                Route.of(Method.GET, "/openapi.json", "This description", 200, this::openApi),
                Route.of(Method.GET, "/problems/{type}", "What a problem means and what to do", 200, this::problem));
    }

    private void livez(ServerRequest request, ServerResponse response) {
        Answers.json(request, response, ALIVE, store.lastSeen());
    }

    private void readyz(ServerRequest request, ServerResponse response) {
        store.checkReady();
        Answers.json(request, response, READY, store.lastSeen());
    }

    private void openApi(ServerRequest request, ServerResponse response) {
        Answers.json(request, response, openApi, store.lastSeen());
    }

    private void problem(ServerRequest request, ServerResponse response) {
        var type = ProblemType.of("/problems/" + request.path().pathParameters().get("type"));
        if (type.isEmpty()) {
            problems.notFound(request, response);
            return;
        }
        String others = Arrays.stream(ProblemType.values())
                .map(other -> "<a href=\"" + other.uri() + "\">" + other.slug() + "</a>")
                .collect(Collectors.joining(", "));
        html(
                request,
                response,
                type.get().title(),
                "<p>Status " + type.get().status() + ". " + type.get().explanation() + "</p><p>All problems: " + others
                        + ".</p>");
    }

    private void html(ServerRequest request, ServerResponse response, String title, String content) {
        var answer = Answers.reflecting(response, store.lastSeen()).header(HTML).header(NO_SCRIPTS);
        Answers.send(request, answer, PAGE.formatted(title, title, content).getBytes(StandardCharsets.UTF_8));
    }
}
