package dev.mien.asset;

import dev.mien.api.Problem;
import dev.mien.api.ProblemType;
import dev.mien.api.RevisionToken;
import dev.mien.api.Violation;
import dev.mien.document.DocumentResource;
import dev.mien.document.DocumentService;
import dev.mien.http.Answers;
import dev.mien.http.Bodies;
import dev.mien.http.Json;
import dev.mien.http.Origins;
import dev.mien.http.Precondition;
import dev.mien.http.Preconditions;
import dev.mien.http.ProblemException;
import dev.mien.http.ReadModes;
import dev.mien.http.Route;
import dev.mien.store.Document;
import dev.mien.store.Outcome.Committed;
import io.helidon.http.Header;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Method;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.JsonNodeFactory;

/// The addresses of files, and of the picture of a persona.
///
/// The picture of a persona is found in two steps: a strong read of the persona answers which address it is, and that
/// answer is never kept without asking; what stands at an address never changes, so that answer is kept for as long as
/// one likes.
///
/// Files come from anywhere, so nothing in them is to run: each goes out with the type that its bytes have, as what is
/// only shown or else saved, and in a sandbox.
public final class AssetResource {
    private static final String AVATAR = "/api/v1/personas/{id}/avatar";
    private static final String ASSETS = "/api/v1/assets";
    private static final String ASSET = ASSETS + "/{address}";

    /// What is held of a file while it is sent.
    private static final int CHUNK = 256 * 1024;
    /// Bodies up to this size are not counted.
    private static final int SMALL = 16 * 1024;
    /// How often a file is brought again whose last user ended meanwhile.
    private static final int MOST_ATTEMPTS = 3;

    private static final Header FOR_EVER =
            HeaderValues.createCached(HeaderNames.CACHE_CONTROL, "public, max-age=31536000, immutable");
    private static final Header ASK_EACH_TIME =
            HeaderValues.createCached(HeaderNames.CACHE_CONTROL, "private, no-cache");
    private static final Header NO_SNIFFING = HeaderValues.createCached("X-Content-Type-Options", "nosniff");
    private static final Header SANDBOX =
            HeaderValues.createCached("Content-Security-Policy", "sandbox; default-src 'none'");
    private static final Header ATTACHMENT = HeaderValues.createCached(HeaderNames.CONTENT_DISPOSITION, "attachment");

    private final AssetService assets;
    private final DocumentService personas;
    private final int maximumBytes;
    /// Large bodies that a worker holds at one time are together no larger than one may be; others wait for their turn.
    private final Semaphore large;

    public AssetResource(AssetService assets, DocumentService personas, AssetConfig config) {
        this.assets = assets;
        this.personas = personas;
        this.maximumBytes = config.maximumBytes();
        this.large = new Semaphore(maximumBytes);
    }

    public List<Route> routes() {
        return List.of(
                Route.of(Method.GET, ASSET, "Get a picture or another file, whole or drawn smaller", 200, this::get)
                        .with("size", "If-None-Match"),
                Route.of(Method.GET, AVATAR, "Find the picture of a persona", 307, this::getAvatar)
                        .with("size", "version", ReadModes.HEADER),
                Route.of(Method.PUT, AVATAR, "Give a persona a picture, which is the whole body", 200, this::putAvatar)
                        .gives("Persona")
                        .with("If-Match")
                        .with(Origins.ALL),
                Route.of(Method.DELETE, AVATAR, "Take the picture from a persona", 200, this::deleteAvatar)
                        .gives("Persona")
                        .with("If-Match")
                        .with(Origins.ALL),
                Route.of(
                                Method.POST,
                                ASSETS,
                                "Store a picture or another file, which is the whole body",
                                201,
                                this::post)
                        .gives("Asset"));
    }

    private void get(ServerRequest request, ServerResponse response) {
        DocumentResource.refuseParametersBut(Set.of("size"), request);
        var size = size(request);
        var found = assets.info(request.path().pathParameters().get("address"));
        var info = found.info();
        String etag = "\"" + info.address() + (size == null ? "" : "-" + size) + "\"";
        if (request.headers().contains(HeaderNames.IF_NONE_MATCH) && Preconditions.isUnmodified(request, etag)) {
            headers(response, etag, found.asOf())
                    .status(Status.NOT_MODIFIED_304)
                    .send();
        } else if (size != null) {
            var thumbnail = assets.thumbnail(info.address(), size);
            headers(response, etag, found.asOf())
                    .header(HeaderValues.create(HeaderNames.CONTENT_TYPE, thumbnail.type()));
            Answers.send(request, response, thumbnail.bytes());
        } else {
            headers(response, etag, found.asOf())
                    .header(HeaderValues.create(
                            HeaderNames.CONTENT_TYPE, info.format().type()));
            if (!info.format().isPicture()) {
                response.header(ATTACHMENT);
            }
            whole(request, response, info);
        }
    }

    private static ServerResponse headers(ServerResponse response, String etag, RevisionToken asOf) {
        return Answers.reflecting(response, asOf)
                .header(HeaderValues.create(HeaderNames.ETAG, etag))
                .header(FOR_EVER)
                .header(NO_SNIFFING)
                .header(SANDBOX);
    }

    /// In parts, so that a client who takes it slowly does not make a worker hold all of it.
    private void whole(ServerRequest request, ServerResponse response, AssetInfo info) {
        response.header(HeaderValues.create(HeaderNames.CONTENT_LENGTH, info.size()));
        if (request.prologue().method().equals(Method.HEAD)) {
            response.send();
            return;
        }
        byte[] part = assets.part(info.address(), 0, CHUNK);
        if (part.length == info.size()) {
            response.send(part);
            return;
        }
        try (var out = response.outputStream()) {
            long sent = 0;
            while (true) {
                out.write(part);
                sent += part.length;
                if (sent >= info.size()) {
                    return;
                }
                part = assets.part(info.address(), sent, CHUNK);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static @Nullable Integer size(ServerRequest request) {
        String text = DocumentResource.parameter(request, "size");
        if (text == null) {
            return null;
        }
        return Thumbnails.SIZES.stream()
                .filter(size -> text.equals(size.toString()))
                .findFirst()
                .orElseThrow(() -> new ProblemException(
                        ProblemType.INVALID_PARAMETER,
                        "size must be one of "
                                + Thumbnails.SIZES.stream().map(String::valueOf).collect(Collectors.joining(", "))
                                + "."));
    }

    private void getAvatar(ServerRequest request, ServerResponse response) {
        DocumentResource.refuseParametersBut(Set.of("size", "version"), request);
        var size = size(request);
        String id = DocumentResource.id(request);
        Document persona;
        RevisionToken asOf;
        if (DocumentResource.parameter(request, "version") != null) {
            var found = personas.version(id, DocumentResource.number(request, "version"));
            persona = personas.requiredDocument(found);
            asOf = found.asOf();
        } else {
            var found = personas.get(id, ReadModes.of(request));
            persona = Objects.requireNonNull(found.document());
            asOf = found.asOf();
        }
        String address = Json.parseStored(persona.json()).path("avatar").stringValue("");
        if (!AssetService.isAddress(address)) {
            throw new ProblemException(
                    Problem.of(ProblemType.AVATAR_NOT_FOUND, "The persona " + id + " has no picture."), asOf);
        }
        Answers.reflecting(response, asOf)
                .status(Status.TEMPORARY_REDIRECT_307)
                .header(ASK_EACH_TIME)
                .header(HeaderValues.create(
                        HeaderNames.LOCATION, ASSETS + "/" + address + (size == null ? "" : "?size=" + size)))
                .send();
    }

    private void putAvatar(ServerRequest request, ServerResponse response) {
        DocumentResource.refuseParametersBut(Set.of(), request);
        String id = DocumentResource.id(request);
        var expected = Preconditions.ifMatch(request).orElse(Precondition.NONE);
        var committed = withBody(request, bytes -> {
            if (!Format.of(bytes).isPicture()) {
                throw new ProblemException(
                        ProblemType.INVALID_IMAGE, "The body is no picture in PNG, JPEG, GIF or WebP.");
            }
            var origin = Origins.of(request, bytes);
            personas.get(id, ReadModes.of(request)); // So that nothing is stored for a persona that is not there.
            for (int attempt = 1; ; attempt++) {
                var patch = JsonNodeFactory.instance.objectNode().put("avatar", assets.put(bytes));
                try {
                    return personas.update(id, patch, expected, false, origin);
                } catch (ProblemException e) {
                    // The picture's last user may have ended, and the picture with it, just now.
                    if (attempt == MOST_ATTEMPTS || !refusesAvatar(e.problem())) {
                        throw e;
                    }
                }
            }
        });
        changed(request, response, committed);
    }

    private static boolean refusesAvatar(Problem problem) {
        var errors = problem.errors();
        return errors != null && errors.stream().map(Violation::pointer).anyMatch("/avatar"::equals);
    }

    private void deleteAvatar(ServerRequest request, ServerResponse response) {
        DocumentResource.refuseParametersBut(Set.of(), request);
        var patch = JsonNodeFactory.instance.objectNode().putNull("avatar");
        var expected = Preconditions.ifMatch(request).orElse(Precondition.NONE);
        changed(
                request,
                response,
                personas.update(DocumentResource.id(request), patch, expected, false, Origins.of(request)));
    }

    private static void changed(ServerRequest request, ServerResponse response, Committed committed) {
        Answers.written(
                request, response, Status.OK_200, committed.written().getFirst().document(), committed.asOf());
    }

    private void post(ServerRequest request, ServerResponse response) {
        DocumentResource.refuseParametersBut(Set.of(), request);
        String address = withBody(request, assets::put);
        var found = assets.info(address);
        var format = found.info().format();
        var json = JsonNodeFactory.instance
                .objectNode()
                .put("address", address)
                .put("type", format.type())
                .put("size", found.info().size());
        if (format.pixels() > 0) {
            json.put("width", format.width()).put("height", format.height());
        }
        response.status(Status.CREATED_201).header(HeaderValues.create(HeaderNames.LOCATION, ASSETS + "/" + address));
        Answers.json(request, response, Json.write(json), found.asOf());
    }

    /// Reads the body, whatever the client says that it is.
    private <T> T withBody(ServerRequest request, Function<byte[], T> use) {
        long announced =
                request.headers().contentLength().orElse(request.content().hasEntity() ? maximumBytes : 0);
        int counted = announced <= SMALL ? 0 : (int) Math.min(announced, maximumBytes);
        large.acquireUninterruptibly(counted);
        try {
            return use.apply(Bodies.bytes(request, maximumBytes));
        } finally {
            large.release(counted);
        }
    }
}
