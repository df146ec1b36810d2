package dev.mien.render;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Chooses the entries of a lorebook that a conversation calls up.
///
/// Patterns are matched by an engine whose time grows with the text and not with its square or worse (RE2), so no
/// pattern is catastrophic. Besides, the work of a whole scan is counted and limited, in steps and not in time, so that
/// it ends the same way on every machine.
final class Scan {
    /// How many of the latest messages are looked at, where neither book nor request says.
    static final int DEFAULT_DEPTH = 4;

    /// Longest pattern, counted with its repetitions written out.
    static final int MAXIMUM_PATTERN = 50_000;

    /// Steps of all matching in one call: characters times the size of the pattern's program; for a plain key an eighth
    /// of the characters, and a few more.
    private static final long MAXIMUM_STEPS = 60_000_000;

    private static final java.util.regex.Pattern SLASHES = java.util.regex.Pattern.compile("/(.+)/([a-z]*)");
    private static final java.util.regex.Pattern REPETITION = java.util.regex.Pattern.compile("\\{(\\d+)(?:,(\\d*))?}");
    private static final java.util.regex.Pattern UNICODE = java.util.regex.Pattern.compile("\\\\u([0-9A-Fa-f]{4})");

    private final Lorebook book;
    private final List<Text> messages;
    private final List<Message> conversation;
    /// How many of the first n messages are the character's.
    private final int[] answers;
    private final @Nullable Integer greeting;
    private final int depth;
    private final Macros macros;
    private final Warnings warnings;
    private final List<Text> called = new ArrayList<>();
    private long steps = MAXIMUM_STEPS;

    /// @param conversation with its greeting
    /// @param greeting which one it began with; null where that is not known
    /// @param depth how many messages to look at, in place of what the book says; null to leave it to the book
    Scan(
            Lorebook book,
            List<Message> conversation,
            @Nullable Integer greeting,
            @Nullable Integer depth,
            Macros macros,
            Warnings warnings) {
        this.book = book;
        this.conversation = conversation;
        this.messages = conversation.stream()
                .map(message -> new Text(message.content(), "conversation"))
                .toList();
        this.answers = new int[conversation.size() + 1];
        for (int i = 0; i < conversation.size(); i++) {
            answers[i + 1] = answers[i] + (conversation.get(i).role().equals(Message.ASSISTANT) ? 1 : 0);
        }
        this.greeting = greeting;
        this.depth = Math.max(
                0, Objects.requireNonNullElse(depth, Objects.requireNonNullElse(book.scanDepth(), DEFAULT_DEPTH)));
        this.macros = macros;
        this.warnings = warnings;
    }

    /// An entry that is part of the prompt.
    ///
    /// @param why `constant`, `activate`, `keep_activate_after_match`, `key` or `pattern`
    /// @param key the key or pattern that matched; null where none had to
    /// @param where `conversation`, or the label of the entry that called it up; null where no key had to match
    record Chosen(
            Lorebook.Entry entry,
            Decorators decorators,
            String text,
            int tokens,
            String why,
            @Nullable String key,
            @Nullable String where) {}

    /// The entries that belong into the prompt, in the order in which they are inserted.
    ///
    /// @param budget most tokens of all of them together; null for no limit
    List<Chosen> choose(@Nullable Integer budget) {
        var waiting = new ArrayList<Candidate>();
        for (var entry : book.entries()) {
            if (entry.enabled() && !entry.content().isBlank()) {
                var candidate = new Candidate(entry);
                if (candidate.mayMatch(messages.size())) {
                    waiting.add(candidate);
                }
            }
        }
        var chosen = new ArrayList<Chosen>();
        int seen;
        do {
            seen = called.size();
            for (var candidates = waiting.iterator(); candidates.hasNext(); ) {
                var candidate = candidates.next();
                var match = candidate.match();
                if (match != null) {
                    candidates.remove();
                    take(candidate, match, chosen);
                }
            }
        } while (book.recursive() && called.size() > seen);
        return withinBudget(chosen, budget);
    }

    private void take(Candidate candidate, Match match, List<Chosen> chosen) {
        var entry = candidate.entry;
        var expanded = macros.expandWithHidden(
                "lorebook/" + entry.number(), candidate.decorators.content().strip());
        if (book.recursive()) {
            called.add(new Text(expanded.text() + "\n" + String.join("\n", expanded.hidden()), entry.label()));
        }
        String text = expanded.text().strip();
        if (!text.isEmpty()) {
            chosen.add(new Chosen(
                    entry, candidate.decorators, text, Tokens.estimate(text), match.why(), match.key(), match.where()));
        }
    }

    /// What is to be left out first comes first: entries that ask for it, then the lowest priority, then the lowest
    /// order, then what stands later in the book.
    private static final Comparator<Chosen> LEAST_FIRST = Comparator.comparing(
                    (Chosen chosen) -> !chosen.decorators().has("ignore_on_max_context"))
            .thenComparingDouble(chosen -> chosen.entry().priority())
            .thenComparingDouble(chosen -> chosen.entry().order())
            .thenComparingInt(chosen -> -chosen.entry().number());

    private List<Chosen> withinBudget(List<Chosen> chosen, @Nullable Integer budget) {
        var kept = new ArrayList<>(chosen);
        if (budget != null) {
            kept.sort(LEAST_FIRST);
            long tokens = kept.stream().mapToLong(Chosen::tokens).sum();
            int dropped = 0;
            while (tokens > budget && dropped < kept.size()) {
                var least = kept.get(dropped++);
                tokens -= least.tokens();
                warnings.add("The lorebook entry '" + least.entry().label() + "' was left out: the budget is " + budget
                        + " tokens.");
            }
            kept.subList(0, dropped).clear();
        }
        kept.sort(Comparator.comparingDouble((Chosen one) -> one.entry().order())
                .thenComparingInt(one -> one.entry().number()));
        return kept;
    }

    /// Why an entry belongs into the prompt.
    private record Match(
            String why, @Nullable String key, @Nullable String where) {}

    /// An entry that may still be called up.
    private final class Candidate {
        private final Lorebook.Entry entry;
        private final Decorators decorators;
        private final Any primary;
        private final List<Any> required = new ArrayList<>();
        private final Any excluded;
        private final int window;
        private final boolean constant;

        Candidate(Lorebook.Entry entry) {
            this.entry = entry;
            this.decorators = Decorators.of(entry.content(), greeting != null);
            this.window = Math.max(0, decorators.number("scan_depth").orElse(depth));
            // Programs that set use_regex on every entry write patterns between slashes, and mean their constants.
            boolean patterns = entry.regex()
                    && entry.keys().stream()
                            .anyMatch(key -> SLASHES.matcher(key).matches());
            this.constant = entry.constant() && !patterns;
            var additional = decorators.keys("additional_keys");
            var keys = new ArrayList<>(entry.keys());
            if (entry.regex()) {
                additional.forEach(keys::addAll);
                this.excluded = any(List.of());
            } else {
                if (entry.selective() && !entry.secondaryKeys().isEmpty() && !constant) {
                    required.add(any(entry.secondaryKeys()));
                }
                additional.forEach(list -> required.add(any(list)));
                this.excluded = any(decorators.keys("exclude_keys").stream()
                        .flatMap(List::stream)
                        .toList());
            }
            this.primary = any(constant ? List.of() : keys);
        }

        private Any any(List<String> keys) {
            return new Any(entry, keys, window);
        }

        /// Whether the decorators that ask for no key let it match when the conversation has this many messages.
        boolean mayMatch(int end) {
            if (decorators.has("dont_activate") && !decorators.has("activate")) {
                return false;
            }
            int every = decorators.number("activate_only_every").orElse(1);
            var greetingAsked = decorators.number("is_greeting");
            if (decorators.has("activate")) {
                return true;
            }
            return answers[end] >= decorators.number("activate_only_after").orElse(0)
                    && answers[end] % every == 0
                    && (greetingAsked.isEmpty()
                            || Integer.valueOf(greetingAsked.getAsInt()).equals(greeting));
        }

        /// Why it matches now; null if it does not.
        @Nullable Match match() {
            if (decorators.has("activate")) {
                return new Match("activate", null, null);
            }
            boolean before =
                    (decorators.has("keep_activate_after_match") || decorators.has("dont_activate_after_match"))
                            && matchedBefore();
            if (before) {
                return decorators.has("keep_activate_after_match")
                        ? new Match("keep_activate_after_match", null, null)
                        : null;
            }
            boolean matches =
                    (constant || primary.isMet()) && required.stream().allMatch(Any::isMet) && !excluded.isMet();
            if (!matches) {
                return null;
            }
            return constant
                    ? new Match("constant", null, null)
                    : new Match(entry.regex() ? "pattern" : "key", primary.matched, primary.where);
        }

        /// Whether it would have matched when one of the earlier messages of the user was the latest.
        private boolean matchedBefore() {
            for (int end = 1; end < messages.size() && steps > 0; end++) {
                int at = end;
                if (conversation.get(end - 1).role().equals(Message.USER)
                        && mayMatch(end)
                        && (constant || primary.wasMet(end))
                        && required.stream().allMatch(any -> any.wasMet(at))
                        && !excluded.wasMet(end)) {
                    return true;
                }
            }
            return false;
        }
    }

    /// Whether any of some keys stands in what is looked at.
    private final class Any {
        private final List<Key> keys;
        private final int window;
        private boolean begun;
        private int seen;
        private @Nullable String matched;
        private @Nullable String where;

        Any(Lorebook.Entry entry, List<String> keys, int window) {
            this.keys = keys.stream().map(key -> key(entry, key)).toList();
            this.window = window;
        }

        /// Looks at what was not there the last time.
        boolean isMet() {
            if (matched == null && !keys.isEmpty()) {
                if (!begun) {
                    begun = true;
                    find(messages.subList(Math.max(0, messages.size() - window), messages.size()));
                }
                if (matched == null && seen < called.size()) {
                    find(called.subList(seen, called.size()));
                    seen = called.size();
                }
            }
            return matched != null;
        }

        private void find(List<Text> texts) {
            for (var text : texts) {
                for (var key : keys) {
                    if (isIn(text, key)) {
                        matched = key.source;
                        where = text.where;
                        return;
                    }
                }
            }
        }

        boolean wasMet(int end) {
            return messages.subList(Math.max(0, end - window), end).stream()
                    .anyMatch(text -> keys.stream().anyMatch(key -> isIn(text, key)));
        }
    }

    /// A key as it is looked for.
    ///
    /// @param plain the text to find; null for a pattern
    /// @param pattern null for a plain key, and for a pattern that is none and so matches nothing
    private record Key(
            String source,
            @Nullable String plain,
            boolean ignoreCase,
            @Nullable Pattern pattern) {}

    private Key key(Lorebook.Entry entry, String source) {
        if (!entry.regex()) {
            boolean ignoreCase = !entry.caseSensitive();
            return new Key(source, ignoreCase ? source.toLowerCase(Locale.ROOT) : source, ignoreCase, null);
        }
        var slashes = SLASHES.matcher(source);
        boolean inSlashes = slashes.matches();
        String pattern = inSlashes ? slashes.group(1) : source;
        String flags = inSlashes ? slashes.group(2) : entry.caseSensitive() ? "" : "i";
        int options = (flags.contains("i") ? Pattern.CASE_INSENSITIVE : 0)
                | (flags.contains("m") ? Pattern.MULTILINE : 0)
                | (flags.contains("s") ? Pattern.DOTALL : 0);
        try {
            steps -= writtenOut(pattern);
            if (steps < 0 || writtenOut(pattern) > MAXIMUM_PATTERN) {
                throw new PatternSyntaxException("too long", pattern);
            }
            return new Key(source, null, false, Pattern.compile(translated(pattern), options));
        } catch (PatternSyntaxException e) {
            warnings.add("The lorebook entry '" + entry.label() + "' has a pattern that cannot be used and matches"
                    + " nothing: " + source + " (" + e.getDescription() + ").");
            return new Key(source, null, false, null);
        }
    }

    /// As RE2 writes what cards write as in JavaScript.
    private static String translated(String pattern) {
        return UNICODE.matcher(pattern)
                .replaceAll("\\\\x{$1}")
                .replace("(?<", "(?P<")
                .replace("(?P<=", "(?<=")
                .replace("(?P<!", "(?<!");
    }

    /// About how long a pattern is when `{n}` is replaced by n copies.
    private static long writtenOut(String pattern) {
        double length = pattern.length();
        var repetitions = REPETITION.matcher(pattern);
        while (repetitions.find()) {
            String most = repetitions.group(2) == null || repetitions.group(2).isEmpty()
                    ? repetitions.group(1)
                    : repetitions.group(2);
            length *= Math.max(1, Double.parseDouble(most));
        }
        return (long) Math.min(length, Integer.MAX_VALUE);
    }

    private boolean isIn(Text text, Key key) {
        if (key.plain != null) {
            String content = key.ignoreCase ? text.lowerCase() : text.content;
            return maySpend(content.length() / 8 + 8L) && content.contains(key.plain);
        }
        return key.pattern != null
                && maySpend((text.content.length() + 1L) * key.pattern.programSize())
                && key.pattern.matcher(text.content).find();
    }

    private boolean maySpend(long amount) {
        if (steps < amount) {
            steps = 0;
            warnings.add("The lorebook takes too long to match with this conversation; some keys were not looked for.");
            return false;
        }
        steps -= amount;
        return true;
    }

    /// A text that is looked at.
    private static final class Text {
        private final String content;
        private final String where;
        private @Nullable String lowerCase;

        Text(String content, String where) {
            this.content = content;
            this.where = where;
        }

        String lowerCase() {
            if (lowerCase == null) {
                lowerCase = content.toLowerCase(Locale.ROOT);
            }
            return lowerCase;
        }
    }
}
