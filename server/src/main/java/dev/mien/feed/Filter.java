package dev.mien.feed;

import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Which changes somebody wants to hear of. All conditions have to hold; an empty set and null are no condition.
///
/// Owner and tag are those of the persona as the change left it, or as it was before: so one also hears that a persona
/// ceased to belong. A label has those of the version that it names. A change of which nobody can tell any more,
/// because the document was removed, pruned or purged, passes.
///
/// @param ids of documents; that of a persona is also the one of its labels
public record Filter(
        Set<Kind> kinds,
        Set<String> ids,
        @Nullable String owner,
        @Nullable String tag) {
    public static final Filter ALL = new Filter(Set.of(), Set.of(), null, null);

    public Filter {
        kinds = Set.copyOf(kinds);
        ids = Set.copyOf(ids);
    }

    private static final int MOST_IDS = 500;

    /// @param kinds words such as `persona`
    /// @throws IllegalArgumentException in one clear sentence without its full stop, for a word that is none of
    /// them, or too many ids
    public static Filter of(
            java.util.Collection<String> kinds,
            java.util.Collection<String> ids,
            @Nullable String owner,
            @Nullable String tag) {
        if (ids.size() > MOST_IDS) {
            throw new IllegalArgumentException("there may be at most " + MOST_IDS + " ids");
        }
        return new Filter(
                kinds.stream()
                        .map(word -> Kind.ofWord(word)
                                .orElseThrow(() -> new IllegalArgumentException(
                                        "kind must be of persona, user and label, with commas between")))
                        .collect(Collectors.toSet()),
                Set.copyOf(ids),
                owner,
                tag);
    }

    /// Whether a document has to be looked at to decide.
    boolean needsDocuments() {
        return owner != null || tag != null;
    }

    /// @throws dev.mien.store.StoreUnavailableException if what belongs to the event cannot be read
    boolean passes(Event event, Function<Event, Belonging> belongings) {
        if (!kinds.isEmpty() && !kinds.contains(event.kind())) {
            return false;
        }
        if (!ids.isEmpty() && !ids.contains(event.id()) && !ids.contains(event.subject())) {
            return false;
        }
        if (!needsDocuments()) {
            return true;
        }
        if (event.kind() == Kind.USER) {
            return false;
        }
        var belonging = event.belonging(belongings);
        return belonging.unknown()
                || ((owner == null || belonging.owners().contains(owner))
                        && (tag == null || belonging.tags().contains(tag)));
    }
}
