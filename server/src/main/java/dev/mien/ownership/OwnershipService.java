package dev.mien.ownership;

import dev.mien.api.Problem;
import dev.mien.api.ProblemType;
import dev.mien.api.RevisionToken;
import dev.mien.api.Violation;
import dev.mien.document.DocumentService;
import dev.mien.document.Schema;
import dev.mien.http.Json;
import dev.mien.http.Precondition;
import dev.mien.http.ProblemException;
import dev.mien.store.Document;
import dev.mien.store.Edit;
import dev.mien.store.Listing;
import dev.mien.store.Origin;
import dev.mien.store.Outcome;
import dev.mien.store.Query;
import dev.mien.store.ReadMode;
import dev.mien.store.Rule;
import dev.mien.store.Step;
import dev.mien.store.Store;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ObjectNode;

/// Hands the personas of one user to another.
final class OwnershipService {
    private static final Logger log = LoggerFactory.getLogger(OwnershipService.class);
    private static final String OWNER = "owner_id";
    private static final int AT_ONCE = 100;
    /// As many as one request takes, so that none lasts for long.
    private static final int MOST = 5_000;

    private final Store store;
    private final DocumentService users;
    private final DocumentService personas;

    OwnershipService(Store store, DocumentService users, DocumentService personas) {
        this.store = store;
        this.users = users;
        this.personas = personas;
    }

    /// @throws ProblemException if there is no such user
    void requireUser(String id) {
        users.get(id, new ReadMode.Strong());
    }

    /// What a transfer came to.
    ///
    /// @param count how many personas changed hands
    /// @param more whether the user may own some still
    record Transferred(long count, boolean more, RevisionToken asOf) {}

    /// Hands personas over, each in an edit of its own. What was handed over stays so if a later one is refused.
    ///
    /// @param to the id of the new owner; null for none
    Transferred transfer(String from, @Nullable String to, Origin origin) {
        requireUser(from);
        requireOther(from, to);
        long count = 0;
        while (true) {
            var listing = store.list(personas.collection(), new Query(AT_ONCE, null, null, from, null));
            if (listing.documents().isEmpty() || count >= MOST) {
                log.info("Transferred {} personas of {} to {}", count, from, to);
                return new Transferred(count, !listing.documents().isEmpty(), listing.asOf());
            }
            count += transfer(listing, from, to, origin);
        }
    }

    private void requireOther(String from, @Nullable String to) {
        String fault = null;
        if (from.equals(to)) {
            fault = "is the user who owns them";
        } else if (to != null && store.find(users.collection(), to).document() == null) {
            fault = "names nothing that exists";
        }
        if (fault != null) {
            throw new ProblemException(
                    Problem.of(ProblemType.INVALID_PERSONA, "/to " + fault + ".")
                            .withErrors(List.of(new Violation("/to", fault))),
                    null);
        }
    }

    private int transfer(Listing listing, String from, @Nullable String to, Origin origin) {
        var outcomes = store.commitAll(listing.documents().stream()
                .map(persona -> new Edit(
                        List.of(new Step.Change(
                                personas.collection(),
                                persona.id(),
                                Precondition.NONE,
                                current -> decide(current, from, to))),
                        origin,
                        false))
                .toList());
        int count = 0;
        for (int i = 0; i < outcomes.size(); i++) {
            var outcome = outcomes.get(i).get();
            // One that was purged meanwhile belongs to nobody.
            if (!(outcome instanceof Outcome.NotFound)) {
                var committed =
                        personas.committed(outcome, listing.documents().get(i).id());
                count += committed.written().getFirst().changed() ? 1 : 0;
            }
        }
        return count;
    }

    /// One that somebody else got meanwhile stays theirs.
    private static Rule.Decision decide(Document current, String from, @Nullable String to) {
        var body = Schema.bodyOf((ObjectNode) Json.parseStored(current.json()));
        if (!from.equals(body.path(OWNER).stringValue(""))) {
            return new Rule.Keep();
        }
        body.put(OWNER, to);
        return new Rule.Replace(Json.write(body), List.of(OWNER));
    }
}
