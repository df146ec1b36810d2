package dev.mien.http;

import dev.mien.api.Problem;
import dev.mien.api.RevisionToken;
import dev.mien.store.Document;
import io.helidon.http.Header;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Method;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;

/// Sends answers with the headers that every one of them carries.
public final class Answers {
    private static final HeaderName REVISION = HeaderNames.create(RevisionToken.HEADER);
    private static final HeaderName VERSION = HeaderNames.create("Mien-Version");
    private static final Header PROBLEM_JSON =
            HeaderValues.createCached(HeaderNames.CONTENT_TYPE, "application/problem+json");
    /// A cache between here and the client may keep an answer but has to ask before it uses it.
    private static final Header NO_CACHE = HeaderValues.createCached(HeaderNames.CACHE_CONTROL, "private, no-cache");

    private static final Header NO_STORE = HeaderValues.createCached(HeaderNames.CACHE_CONTROL, "no-store");
    private static final Header RETRY_SOON = HeaderValues.createCached(HeaderNames.RETRY_AFTER, "1");
    private static final Status PRECONDITION_REQUIRED = Status.create(428, "Precondition Required");

    private Answers() {}

    /// 200 with the document, or 304 if the client has this version already.
    public static void document(ServerRequest request, ServerResponse response, Document document, RevisionToken asOf) {
        String etag = document.etag();
        response.header(HeaderValues.create(HeaderNames.ETAG, etag));
        if (request.headers().contains(HeaderNames.IF_NONE_MATCH) && Preconditions.isUnmodified(request, etag)) {
            bodiless(response, Status.NOT_MODIFIED_304, document, asOf);
        } else {
            json(request, response, document.json(), asOf);
        }
    }

    /// 204 for a document that is marked as deleted.
    public static void deleted(ServerResponse response, Document document, RevisionToken asOf) {
        response.header(HeaderValues.create(HeaderNames.ETAG, document.etag()));
        bodiless(response, Status.NO_CONTENT_204, document, asOf);
    }

    /// The version, which is a member of the body elsewhere, has a header here.
    private static void bodiless(ServerResponse response, Status status, Document document, RevisionToken asOf) {
        reflecting(response, asOf)
                .header(HeaderValues.create(VERSION, document.version()))
                .header(NO_CACHE)
                .status(status)
                .send();
    }

    /// What is told of a document without its version, which has a header then.
    public static void view(
            ServerRequest request, ServerResponse response, Document document, byte[] json, RevisionToken asOf) {
        response.header(HeaderValues.create(HeaderNames.ETAG, document.etag()))
                .header(HeaderValues.create(VERSION, document.version()));
        json(request, response, json, asOf);
    }

    /// The document as an edit left it.
    public static void written(
            ServerRequest request, ServerResponse response, Status status, Document document, RevisionToken asOf) {
        response.status(status).header(HeaderValues.create(HeaderNames.ETAG, document.etag()));
        json(request, response, document.json(), asOf);
    }

    public static void json(ServerRequest request, ServerResponse response, byte[] json, RevisionToken asOf) {
        send(request, reflecting(response, asOf).header(NO_CACHE).header(HeaderValues.CONTENT_TYPE_JSON), json);
    }

    public static void problem(ServerRequest request, ServerResponse response, Problem problem, RevisionToken asOf) {
        if (problem.status() == Status.SERVICE_UNAVAILABLE_503.code()) {
            response.header(RETRY_SOON);
        }
        send(
                request,
                reflecting(response, asOf)
                        .status(problem.status() == 428 ? PRECONDITION_REQUIRED : Status.create(problem.status()))
                        .header(PROBLEM_JSON)
                        .header(NO_STORE),
                Json.write(problem));
    }

    /// Sends the body, or for HEAD all but the body (RFC 9110 §9.3.2).
    public static void send(ServerRequest request, ServerResponse response, byte[] body) {
        if (request.prologue().method().equals(Method.HEAD)) {
            response.header(HeaderValues.create(HeaderNames.CONTENT_LENGTH, body.length))
                    .send();
        } else {
            response.send(body);
        }
    }

    public static ServerResponse reflecting(ServerResponse response, RevisionToken asOf) {
        return response.header(HeaderValues.create(REVISION, asOf.toString()));
    }
}
