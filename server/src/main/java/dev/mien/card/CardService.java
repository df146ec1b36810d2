package dev.mien.card;

import dev.mien.api.Problem;
import dev.mien.api.ProblemType;
import dev.mien.api.RevisionToken;
import dev.mien.asset.AssetService;
import dev.mien.http.Json;
import dev.mien.http.ProblemException;
import dev.mien.persona.PersonaService;
import dev.mien.store.Document;
import dev.mien.store.Edit;
import dev.mien.store.Listing;
import dev.mien.store.Origin;
import dev.mien.store.Outcome;
import dev.mien.store.Query;
import dev.mien.store.ReadMode;
import dev.mien.store.RequestKey;
import dev.mien.store.Store;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ObjectNode;

/// Makes personas of character cards.
///
/// **The same card comes in once.** A persona knows the card that it came from by a hash of it, which it keeps whatever
/// is edited. Two imports at once see neither of them the other's persona; so each hands over its edit under a key that
/// both make of the same things, the card and what they saw of earlier imports, and the store carries out one key once,
/// on whichever worker.
///
/// **A file that is refused leaves nothing.** Files are stored before the persona that names them, since a document may
/// only name what is there. Should that persona be refused, they belong to nobody, nobody sees them, and they are
/// removed a day later.
final class CardService {
    private static final Logger log = LoggerFactory.getLogger(CardService.class);
    /// Not to be written in a header, so no client's key is like it.
    private static final String KEY = "\u00b6card ";

    private static final int MOST_ATTEMPTS = 20;
    private static final int MOST_PERSONAS = 100;
    private static final ReadMode STRONG = new ReadMode.Strong();

    private final Store store;
    private final PersonaService personas;
    private final AssetService assets;
    private final CardReader reader;

    CardService(Store store, PersonaService personas, AssetService assets, CardConfig config) {
        this.store = store;
        this.personas = personas;
        this.assets = assets;
        this.reader = new CardReader(config);
    }

    /// What a client wants of an import.
    ///
    /// @param owner the id of the user who is to own the personas; null for none
    /// @param dryRun whether only to find out what would come of it
    /// @param copy whether to import also what was imported before
    record Wish(@Nullable String owner, boolean dryRun, boolean copy, Origin origin) {}

    /// What became of one file.
    ///
    /// @param status `created`, `duplicate`, `valid` or `refused`
    /// @param file null where it could not be read
    /// @param assets null where the card could not be read
    /// @param persona the one that is there now; null for none
    /// @param problem why it was refused; null where it was not
    record Result(
            String status,
            @Nullable CardFile file,
            CardMapping.@Nullable Reading reading,
            @Nullable CardAssets assets,
            @Nullable Document persona,
            @Nullable Problem problem,
            RevisionToken asOf) {}

    Result importFile(byte[] bytes, Wish wish) {
        CardFile file = null;
        CardMapping.Reading reading = null;
        CardAssets found = null;
        try {
            file = reader.read(bytes);
            String hash = CardHash.of(file);
            reading = CardMapping.read(file);
            found = CardAssets.of(file, reading.data());
            var draft = reading.persona();
            if (wish.owner() != null) {
                draft.put("owner_id", wish.owner());
            }
            var card = (ObjectNode) draft.get("card");
            card.put("hash", hash);
            // What is wrong with it is found before anything is stored.
            var checked = personas.createStep(draft);
            if (!wish.copy()) {
                var there = active(known(hash, wish.owner()));
                if (there.document() != null) {
                    return new Result("duplicate", file, reading, found, there.document(), null, there.asOf());
                }
            }
            if (wish.dryRun()) {
                var outcome = store.commit(new Edit(List.of(checked), wish.origin(), true));
                var asOf = personas.committed(outcome, checked.id()).asOf();
                return new Result("valid", file, reading, found, null, null, asOf);
            }
            store(found);
            if (found.avatar() != null) {
                draft.put("avatar", found.avatar());
            }
            card.set("files", found.filesNode());
            var made = wish.copy() ? create(draft, wish.origin()) : createOnce(draft, hash, wish);
            return new Result(made.status(), file, reading, found, made.document(), null, made.asOf());
        } catch (ProblemException e) {
            if (e.problem().status() == 503) {
                throw e;
            }
            var asOf = e.asOf() == null ? store.lastSeen() : e.asOf();
            return new Result("refused", file, reading, found, null, e.problem(), asOf);
        }
    }

    private void store(CardAssets found) {
        for (var content : List.copyOf(found.contents().entrySet())) {
            try {
                assets.put(content.getValue());
            } catch (ProblemException e) {
                found.drop(content.getKey(), e.problem().detail());
            }
        }
    }

    private record Made(String status, Document document, RevisionToken asOf) {}

    private Made create(ObjectNode draft, Origin origin) {
        var step = personas.createStep(draft);
        var committed = personas.committed(store.commit(new Edit(List.of(step), origin, false)), step.id());
        return made("created", committed);
    }

    private static Made made(String status, Outcome.Committed committed) {
        var document = committed.written().getFirst().document();
        if (status.equals("created")) {
            log.info(
                    "Imported persona {} from a card: version {}, revision {}",
                    document.id(),
                    document.version(),
                    document.revision());
        }
        return new Made(status, document, committed.asOf());
    }

    /// Creates the persona unless another import of the same card does so at the same time.
    private Made createOnce(ObjectNode draft, String hash, Wish wish) {
        var step = personas.createStep(draft);
        for (int attempt = 1; attempt <= MOST_ATTEMPTS; attempt++) {
            var known = known(hash, wish.owner());
            var there = active(known);
            if (there.document() != null) {
                return new Made("duplicate", there.document(), there.asOf());
            }
            // A persona that was deleted since is one more thing that both have seen.
            String key = KEY + hash + " " + wish.owner() + " "
                    + known.documents().stream().map(Document::id).findFirst().orElse("-") + " " + attempt;
            var origin = new Origin(wish.origin().actor(), wish.origin().message(), new RequestKey(key, "card"));
            var outcome = store.commit(new Edit(List.of(step), origin, false));
            if (outcome instanceof Outcome.Erased) {
                // It was imported, and purged since.
                continue;
            }
            var committed = personas.committed(outcome, step.id());
            if (!committed.repeated()) {
                return made("created", committed);
            }
            // Another did the same. The persona is found in the next round, unless it was taken away since.
        }
        throw new ProblemException(
                Problem.of(
                                ProblemType.STORE_UNAVAILABLE,
                                "The card is imported and removed by others all the time; try again.")
                        .withOutcome("not-applied"),
                null);
    }

    /// The personas that came from this card, deleted ones included.
    private Listing known(String hash, @Nullable String owner) {
        return personas.list(new Query(MOST_PERSONAS, null, null, owner, null, null, hash, null, null), STRONG);
    }

    /// @param document null for none
    private record Active(@Nullable Document document, RevisionToken asOf) {}

    private static Active active(Listing known) {
        var first = known.documents().stream()
                .filter(document ->
                        Json.parseStored(document.json()).path("is_active").asBoolean(true))
                .findFirst();
        return new Active(first.orElse(null), known.asOf());
    }
}
