package dev.mien.render;

import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/// The macros that tell the time, in English, as cards in the wild expect it.
final class ClockMacros {
    private static final Pattern ELSEWHERE = Pattern.compile("time_utc([+-])(\\d{1,2})");
    private static final Pattern TOKEN =
            Pattern.compile("\\[([^\\]]*)]|YYYY|YY|MMMM|MMM|MM|M|DDDD|DD|D|dddd|ddd|HH|H|hh|h|mm|m|ss|s|A|a");

    private ClockMacros() {}

    /// What a macro without an argument stands for; empty for what is none of the clock's.
    ///
    /// @param macro in lower case
    static Optional<String> value(OffsetDateTime now, String macro) {
        return switch (macro) {
            case "time" -> Optional.of(format(now, "h:mm A"));
            case "date" -> Optional.of(format(now, "MMMM D, YYYY"));
            case "weekday" -> Optional.of(format(now, "dddd"));
            case "isotime" -> Optional.of(format(now, "HH:mm"));
            case "isodate" -> Optional.of(format(now, "YYYY-MM-DD"));
            default -> {
                var elsewhere = ELSEWHERE.matcher(macro);
                int hours = elsewhere.matches() ? Integer.parseInt(elsewhere.group(2)) : 99;
                yield hours > 18
                        ? Optional.empty()
                        : Optional.of(format(
                                now.withOffsetSameInstant(
                                        ZoneOffset.ofHours(elsewhere.group(1).equals("-") ? -hours : hours)),
                                "h:mm A"));
            }
        };
    }

    /// A time in the letters that cards use: `YYYY-MM-DD HH:mm`. What stands in brackets is kept, and so is what is no
    /// such letter.
    static String format(OffsetDateTime now, String pattern) {
        return TOKEN.matcher(pattern)
                .replaceAll(token -> java.util.regex.Matcher.quoteReplacement(
                        token.group(1) != null ? token.group(1) : formatted(now, token.group())));
    }

    private static String formatted(OffsetDateTime now, String token) {
        String letters = switch (token) {
            case "YYYY" -> "uuuu";
            case "YY" -> "uu";
            case "DDDD" -> "DDD";
            case "DD" -> "dd";
            case "D" -> "d";
            case "dddd" -> "EEEE";
            case "ddd" -> "EEE";
            case "A", "a" -> "a";
            default -> token;
        };
        String text = DateTimeFormatter.ofPattern(letters, Locale.ENGLISH).format(now);
        return token.equals("a") ? text.toLowerCase(Locale.ROOT) : text;
    }
}
