package dev.mien.render;

import java.time.OffsetDateTime;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Expands the macros of character cards. `docs/rendering.md` lists them.
///
/// What is no macro that this class knows stays exactly as it is, with all that is inside. A macro inside the argument
/// of a known one is expanded first. What a macro gives is not looked through again, so a name that looks like a macro
/// stays a name.
final class Macros {
    /// How deep macros may stand in each other; what is deeper stays as it is.
    static final int MAXIMUM_DEPTH = 20;

    private static final Pattern NAME = Pattern.compile("\\s*(//|[A-Za-z][A-Za-z0-9_+-]*)");
    private static final Pattern ROLL =
            Pattern.compile("(?:(\\d{0,3})d)?(\\d{1,9})([+-]\\d{1,9})?", Pattern.CASE_INSENSITIVE);

    private final String character;
    private final String user;
    private final Map<String, String> fields;
    private final @Nullable OffsetDateTime now;
    private final Dice dice;
    private final Allowance allowance;

    /// @param character what `{{char}}` stands for
    /// @param user what `{{user}}` stands for
    /// @param fields the texts that a macro may name, by their names in lower case
    /// @param now for the macros of the clock; null leaves them as they are
    Macros(
            String character,
            String user,
            Map<String, String> fields,
            @Nullable OffsetDateTime now,
            Dice dice,
            Allowance allowance) {
        this.character = character;
        this.user = user;
        this.fields = fields;
        this.now = now;
        this.dice = dice;
        this.allowance = allowance;
    }

    /// A text without its macros.
    ///
    /// @param hidden what it hides from the reader and shows to the lorebook
    record Expanded(String text, List<String> hidden) {}

    /// @param piece what the text is called, unique within the prompt; random choices depend on it
    String expand(String piece, String text) {
        return new Piece(piece, null).expand(text, 0);
    }

    /// @param original what `{{original}}` stands for
    String expand(String piece, String text, String original) {
        return new Piece(piece, original).expand(text, 0);
    }

    Expanded expandWithHidden(String piece, String text) {
        var state = new Piece(piece, null);
        return new Expanded(state.expand(text, 0), List.copyOf(state.hidden));
    }

    /// One text on its way.
    private final class Piece {
        private final String name;
        private final @Nullable String original;
        private final Random random;
        private final List<String> hidden = new ArrayList<>();
        private final Deque<String> openFields = new ArrayDeque<>();
        private int picks;

        Piece(String name, @Nullable String original) {
            this.name = name;
            this.original = original;
            this.random = dice.sequence(name);
        }

        String expand(String text, int depth) {
            allowance.use(text.length());
            if (depth > MAXIMUM_DEPTH || (text.indexOf("{{") < 0 && text.indexOf('<') < 0)) {
                return text;
            }
            int[] ends = ends(text);
            var result = new StringBuilder(text.length());
            for (int i = 0; i < text.length(); i++) {
                char c = text.charAt(i);
                if (c == '{' && ends[i] > 0) {
                    var value = value(text.substring(i + 2, ends[i]), depth);
                    if (value.isPresent()) {
                        result.append(value.get());
                    } else {
                        result.append(text, i, ends[i] + 2);
                    }
                    i = ends[i] + 1;
                } else if (c == '<' && isTag(text, i, "<user>")) {
                    result.append(user);
                    i += 5;
                } else if (c == '<' && (isTag(text, i, "<char>") || isTag(text, i, "<bot>"))) {
                    result.append(character);
                    i = text.indexOf('>', i);
                } else {
                    result.append(c);
                }
            }
            allowance.use(result.length());
            return result.toString();
        }

        /// What `{{inner}}` stands for; empty for what is unknown.
        private Optional<String> value(String inner, int depth) {
            var matcher = NAME.matcher(inner);
            if (!matcher.lookingAt()) {
                return Optional.empty();
            }
            String macro = matcher.group(1).toLowerCase(Locale.ROOT);
            String rest = inner.substring(matcher.end());
            if (macro.equals("//")) {
                return Optional.of("");
            }
            if (rest.isBlank()) {
                return plain(macro, depth);
            }
            if (now != null && macro.equals("datetimeformat")) {
                return Optional.of(ClockMacros.format(now, rest.strip()));
            }
            boolean colon = rest.stripLeading().startsWith(":");
            String argument = colon ? rest.stripLeading().substring(1) : rest;
            if (!colon && !(macro.equals("roll") && Character.isWhitespace(rest.charAt(0)))) {
                return Optional.empty();
            }
            return switch (macro) {
                case "comment" -> Optional.of("");
                case "hidden_key" -> {
                    hidden.add(expand(argument, depth + 1).strip());
                    yield Optional.of("");
                }
                case "reverse" ->
                    Optional.of(new StringBuilder(expand(argument, depth + 1))
                            .reverse()
                            .toString());
                case "random" -> {
                    var choices = choices(argument);
                    dice.roll();
                    yield Optional.of(expand(choices.get(random.nextInt(choices.size())), depth + 1));
                }
                case "pick" -> {
                    var choices = choices(argument);
                    int choice = dice.pick(name + "\n" + picks++ + "\n" + argument, choices.size());
                    yield Optional.of(expand(choices.get(choice), depth + 1));
                }
                case "roll" -> roll(expand(argument, depth + 1).strip());
                default -> Optional.empty();
            };
        }

        private Optional<String> plain(String macro, int depth) {
            return switch (macro) {
                case "char" -> Optional.of(character);
                case "user" -> Optional.of(user);
                case "original" -> Optional.ofNullable(original);
                default -> {
                    if (fields.containsKey(macro)) {
                        yield field(macro, depth);
                    }
                    yield now == null ? Optional.empty() : ClockMacros.value(now, macro);
                }
            };
        }

        /// A field may name others, but not itself.
        private Optional<String> field(String macro, int depth) {
            if (openFields.contains(macro)) {
                return Optional.empty();
            }
            openFields.push(macro);
            String value = expand(fields.getOrDefault(macro, ""), depth + 1);
            openFields.pop();
            return Optional.of(value);
        }

        private Optional<String> roll(String formula) {
            var matcher = ROLL.matcher(formula);
            if (!matcher.matches()) {
                return Optional.empty();
            }
            String count = matcher.group(1);
            int dices = count == null || count.isEmpty() ? 1 : Integer.parseInt(count);
            int sides = Integer.parseInt(matcher.group(2));
            if (sides == 0 || dices == 0) {
                return Optional.empty();
            }
            dice.roll();
            long sum = matcher.group(3) == null ? 0 : Long.parseLong(matcher.group(3));
            for (int i = 0; i < dices; i++) {
                sum += random.nextInt(sides) + 1;
            }
            return Optional.of(Long.toString(sum));
        }
    }

    private static boolean isTag(String text, int at, String tag) {
        return text.regionMatches(true, at, tag, 0, tag.length());
    }

    /// For each `{{`, where its `}}` begins; 0 where there is none. Of three braces in a row the first stands for
    /// itself.
    private static int[] ends(String text) {
        int[] ends = new int[text.length()];
        int[] open = new int[text.length() / 2 + 1];
        int depth = 0;
        for (int i = 0; i + 1 < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '{' && text.charAt(i + 1) == '{') {
                int run = i;
                while (run < text.length() && text.charAt(run) == '{') {
                    run++;
                }
                for (int at = i + (run - i) % 2; at < run; at += 2) {
                    open[depth++] = at;
                }
                i = run - 1;
            } else if (c == '}' && text.charAt(i + 1) == '}') {
                if (depth > 0) {
                    ends[open[--depth]] = i;
                }
                i++;
            }
        }
        return ends;
    }

    /// The choices of `A,B`, `:A::B` and `:A,B`. A comma after a backslash belongs to its choice.
    private static List<String> choices(String argument) {
        String list = argument.startsWith(":") ? argument.substring(1) : argument;
        var byColons = split(list, "::");
        if (byColons.size() > 1) {
            return byColons;
        }
        return split(list, ",").stream()
                .map(choice -> choice.replace("\\,", ",").strip())
                .toList();
    }

    /// Splits where no macro is open.
    private static List<String> split(String list, String separator) {
        var parts = new ArrayList<String>();
        int depth = 0;
        int begin = 0;
        for (int i = 0; i < list.length(); i++) {
            if (list.startsWith("{{", i)) {
                depth++;
                i++;
            } else if (list.startsWith("}}", i)) {
                depth--;
                i++;
            } else if (depth <= 0
                    && list.startsWith(separator, i)
                    && !(separator.equals(",") && i > 0 && list.charAt(i - 1) == '\\')) {
                parts.add(list.substring(begin, i).strip());
                begin = i + separator.length();
                i = begin - 1;
            }
        }
        parts.add(list.substring(begin).strip());
        return parts;
    }
}
