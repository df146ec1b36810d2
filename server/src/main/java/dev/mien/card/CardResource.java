package dev.mien.card;

import dev.mien.api.ProblemType;
import dev.mien.api.RevisionToken;
import dev.mien.asset.AssetService;
import dev.mien.card.CardExport.Exported;
import dev.mien.document.DocumentResource;
import dev.mien.http.Answers;
import dev.mien.http.Json;
import dev.mien.http.Multipart;
import dev.mien.http.Origins;
import dev.mien.http.Preconditions;
import dev.mien.http.ProblemException;
import dev.mien.http.ReadModes;
import dev.mien.http.Route;
import dev.mien.persona.PersonaService;
import dev.mien.store.Origin;
import dev.mien.store.Store;
import io.helidon.http.Header;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Method;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The addresses at which personas come in as character cards and go out as such.
public final class CardResource {
    private static final String IMPORT = "/api/v1/personas/import";
    private static final String CARD = "/api/v1/personas/{id}/card.";
    private static final int MOST_FILES = 1_000;
    /// Requests up to this size are not counted.
    private static final int SMALL = 64 * 1024;
    /// So many cards go out at one time.
    private static final int MOST_GOING = 2;

    private static final String LOSSES = "Mien-Card-Losses";
    private static final int MOST_LOSSES = 50;
    private static final Header NO_CACHE = HeaderValues.createCached(HeaderNames.CACHE_CONTROL, "private, no-cache");
    private static final Header NO_SNIFFING = HeaderValues.createCached("X-Content-Type-Options", "nosniff");

    private final CardService cards;
    private final PersonaService personas;
    private final AssetService assets;
    private final int maximumBytes;
    /// A card in memory takes several times the room of its file. So the large requests that a worker takes at one time
    /// are together no larger than one card may be, and others wait for their turn.
    private final Semaphore coming;

    private final Semaphore going = new Semaphore(MOST_GOING);

    public CardResource(Store store, PersonaService personas, AssetService assets, CardConfig config) {
        this.cards = new CardService(store, personas, assets, config);
        this.personas = personas;
        this.assets = assets;
        this.maximumBytes = config.maximumBytes();
        this.coming = new Semaphore(maximumBytes);
    }

    public List<Route> routes() {
        return List.of(
                Route.of(
                                Method.POST,
                                IMPORT,
                                "Import character cards, which are the files of a multipart/form-data body",
                                200,
                                this::post)
                        .takes("CardFiles")
                        .gives("CardImport")
                        .with("dry_run", "owner_id", "copy")
                        .with(Origins.SIGNATURE),
                export("json", "Get a persona as a character card in JSON"),
                export("png", "Get a persona as a character card in its picture"),
                export("charx", "Get a persona as a character card with its files (CHARX)"));
    }

    private Route export(String extension, String summary) {
        return Route.of(
                        Method.GET,
                        CARD + extension,
                        summary,
                        200,
                        (request, response) -> get(extension, request, response))
                .with("spec", "If-None-Match", ReadModes.HEADER);
    }

    private void post(ServerRequest request, ServerResponse response) {
        DocumentResource.refuseParametersBut(Set.of("dry_run", "owner_id", "copy"), request);
        var given = Origins.of(request);
        var wish = new CardService.Wish(
                DocumentResource.parameter(request, "owner_id"),
                DocumentResource.flag(request, "dry_run", "true", "false"),
                DocumentResource.flag(request, "copy", "true", "false"),
                // No key: the same card comes in once anyway, and a body that is not kept has no fingerprint.
                new Origin(given.actor(), given.message(), null));
        var answer = JsonNodeFactory.instance.objectNode();
        var results = answer.putArray("results");
        RevisionToken asOf = null;
        long announced = request.headers().contentLength().orElse(maximumBytes);
        int counted = announced <= SMALL ? 0 : (int) Math.min(announced, maximumBytes);
        coming.acquireUninterruptibly(counted);
        try (var parts = new Multipart(request)) {
            for (var part = parts.next(maximumBytes); part != null; part = parts.next(maximumBytes)) {
                // A form may have fields that are no files.
                if (part.fileName().isEmpty() && !part.name().equals("file")) {
                    continue;
                }
                if (results.size() == MOST_FILES) {
                    throw new ProblemException(
                            ProblemType.BODY_TOO_LARGE,
                            "The body has more than " + MOST_FILES
                                    + " files. Those before are imported; send the others in another request.");
                }
                var result = part.content() == null ? tooLarge() : cards.importFile(part.content(), wish);
                asOf = later(asOf, result.asOf());
                results.add(json(part, result));
            }
        } finally {
            coming.release(counted);
        }
        if (results.isEmpty()) {
            throw new ProblemException(ProblemType.MALFORMED_BODY, "The body has no files.");
        }
        Answers.json(request, response, Json.write(answer), asOf == null ? personas.lastSeen() : asOf);
    }

    private CardService.Result tooLarge() {
        var problem = new Refusal("The file is larger than " + maximumBytes + " bytes.").problem();
        return new CardService.Result("refused", null, null, null, null, problem, personas.lastSeen());
    }

    private static RevisionToken later(@Nullable RevisionToken one, RevisionToken other) {
        return one != null && one.incarnation().equals(other.incarnation()) && one.revision() > other.revision()
                ? one
                : other;
    }

    private static ObjectNode json(Multipart.Part part, CardService.Result result) {
        var json = JsonNodeFactory.instance
                .objectNode()
                .put("file", part.fileName().isEmpty() ? part.name() : part.fileName())
                .put("status", result.status());
        var persona = result.persona();
        if (persona != null) {
            json.put(result.status().equals("duplicate") ? "duplicate_of" : "id", persona.id());
        }
        if (result.file() != null) {
            json.put("container", result.file().container().text());
        }
        var reading = result.reading();
        if (reading != null) {
            json.set("name", reading.persona().get("name"));
            json.put("spec", reading.spec());
            json.set(
                    "spec_version",
                    reading.version() == null ? JsonNodeFactory.instance.nullNode() : reading.version());
        }
        var warnings = json.putArray("warnings");
        var kept = json.putArray("kept");
        if (reading != null) {
            reading.warnings().forEach(warnings::add);
            reading.kept().forEach(kept::add);
        }
        var assets = json.putArray("assets");
        if (result.assets() != null) {
            for (var found : result.assets().found()) {
                assets.addObject()
                        .put("type", found.type())
                        .put("name", found.name())
                        .put("uri", found.uri())
                        .put("status", found.status())
                        .put("reason", found.reason());
            }
        }
        if (result.problem() != null) {
            json.set("problem", Json.tree(result.problem()));
        }
        return json;
    }

    private void get(String extension, ServerRequest request, ServerResponse response) {
        DocumentResource.refuseParametersBut(Set.of("spec"), request);
        String asked = DocumentResource.parameter(request, "spec");
        var spec = asked == null
                ? null
                : Spec.numbered(asked)
                        .filter(one -> !extension.equals("charx") || one == Spec.V3)
                        .orElseThrow(() -> new ProblemException(
                                ProblemType.INVALID_PARAMETER,
                                extension.equals("charx")
                                        ? "spec must be 3: a CHARX has no other."
                                        : "spec must be 1, 2 or 3."));
        var found = personas.get(DocumentResource.id(request), ReadModes.of(request));
        var document = Objects.requireNonNull(found.document());
        Answers.reflecting(response, found.asOf())
                .header(HeaderValues.create(HeaderNames.ETAG, document.etag()))
                .header(NO_CACHE);
        if (request.headers().contains(HeaderNames.IF_NONE_MATCH)
                && Preconditions.isUnmodified(request, document.etag())) {
            response.status(Status.NOT_MODIFIED_304).send();
            return;
        }
        var persona = (ObjectNode) Json.parseStored(document.json());
        var source = CardTree.source(persona);
        var target = spec != null ? spec : source != null ? source : Spec.V3;
        going.acquireUninterruptibly();
        try {
            var export = new CardExport(assets, persona);
            var exported = switch (extension) {
                case "json" -> export.json(target);
                case "png" -> export.png(target);
                default -> export.charx();
            };
            send(extension, persona, exported, request, response);
        } finally {
            going.release();
        }
    }

    private static void send(
            String extension, ObjectNode persona, Exported exported, ServerRequest request, ServerResponse response) {
        String type = switch (extension) {
            case "json" -> CardFile.Container.JSON.type();
            case "png" -> CardFile.Container.PNG.type();
            default -> CardFile.Container.CHARX.type();
        };
        response.header(HeaderValues.create(HeaderNames.CONTENT_TYPE, type))
                .header(NO_SNIFFING)
                .header(HeaderValues.create(
                        HeaderNames.CONTENT_DISPOSITION, CardExport.disposition(persona, extension)));
        if (!exported.losses().isEmpty()) {
            response.header(HeaderValues.create(LOSSES, losses(exported.losses())));
        }
        Answers.send(request, response, exported.bytes());
    }

    /// Pointers with what became of them: `/data/nickname;kept, /data/assets/0;lost`.
    private static String losses(List<Loss> losses) {
        return losses.stream()
                        .limit(MOST_LOSSES)
                        .map(loss -> headerText(loss.pointer()) + (loss.isKept() ? ";kept" : ";lost"))
                        .collect(Collectors.joining(", "))
                + (losses.size() > MOST_LOSSES ? ", *;" + (losses.size() - MOST_LOSSES) + "-more" : "");
    }

    /// What a card calls its members may be anything, and a header may not.
    private static String headerText(String pointer) {
        String text = pointer.length() > 200 ? pointer.substring(0, 200) : pointer;
        return text.replaceAll("[^!-~]|[,;]", "?");
    }
}
