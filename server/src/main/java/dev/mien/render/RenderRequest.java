package dev.mien.render;

import dev.mien.api.Violation;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// What a client wants to be rendered.
///
/// @param messages the conversation so far
/// @param user what the user is called
/// @param seed makes random choices repeatable; null for none
/// @param greeting which greeting, from 0; null leaves it to the server
/// @param greets whether a greeting may be added at all
/// @param group whether several characters talk
/// @param budget most tokens of the lorebook, in place of what it says itself; null to leave it to the lorebook
/// @param scanDepth how many messages call up entries, likewise
/// @param systemPrompt what `{{original}}` stands for in the system prompt; null for the server's own
/// @param postHistory likewise in the instructions behind the conversation
/// @param now for the macros of the clock; null leaves them as they are
/// @param cardMacros whether macros may name members of the persona
/// @param version which version of the persona; null for the newest, or where `label` says it
/// @param label the label that names the version; null for none
/// @param draft a merge patch to apply first; null for none
record RenderRequest(
        List<Message> messages,
        String user,
        Format format,
        @Nullable Long seed,
        @Nullable Integer greeting,
        boolean greets,
        boolean group,
        @Nullable Integer budget,
        @Nullable Integer scanDepth,
        @Nullable String systemPrompt,
        @Nullable String postHistory,
        @Nullable OffsetDateTime now,
        boolean cardMacros,
        @Nullable Long version,
        @Nullable String label,
        @Nullable JsonNode draft) {
    static final String DEFAULT_USER = "User";
    private static final int MAXIMUM_NAME = 200;
    private static final Set<String> MEMBERS = Set.of(
            "messages",
            "user",
            "format",
            "seed",
            "greeting",
            "group",
            "budget",
            "scan_depth",
            "original",
            "now",
            "card_macros",
            "version",
            "label",
            "draft");

    /// The shape of the answer.
    enum Format {
        OPENAI,
        ANTHROPIC,
        TEXT
    }

    /// @throws CannotRenderException with every member that is wrong
    static RenderRequest of(JsonNode body) {
        return new Reader(body).read();
    }

    private static final class Reader {
        private final JsonNode body;
        private final List<Violation> violations = new ArrayList<>();

        Reader(JsonNode body) {
            this.body = body;
        }

        RenderRequest read() {
            if (!body.isObject()) {
                throw new CannotRenderException("", "must be an object");
            }
            refuseOthers(body, "", MEMBERS);
            var greeting = body.path("greeting");
            boolean greets = !greeting.isString() || !greeting.stringValue().equals("none");
            var original = body.path("original");
            if (isGiven(original) && !original.isObject()) {
                wrong("/original", "must be an object");
            }
            refuseOthers(original, "/original", Set.of("system_prompt", "post_history_instructions"));
            var draft = body.path("draft");
            if (isGiven(draft) && !draft.isObject()) {
                wrong("/draft", "must be an object");
            }
            Long version = number(body, "", "version", 1, Long.MAX_VALUE);
            String label = text(body, "", "label");
            if (version != null && label != null) {
                wrong("/label", "cannot stand beside version");
            }
            String user = text(body, "", "user");
            if (user != null && user.length() > MAXIMUM_NAME) {
                wrong("/user", "is longer than " + MAXIMUM_NAME + " characters");
            }
            var request = new RenderRequest(
                    messages(),
                    user == null || user.isBlank() ? DEFAULT_USER : user,
                    format(),
                    number(body, "", "seed", Long.MIN_VALUE, Long.MAX_VALUE),
                    greets ? integer("greeting") : null,
                    greets,
                    flag("group"),
                    integer("budget"),
                    integer("scan_depth"),
                    text(original, "/original", "system_prompt"),
                    text(original, "/original", "post_history_instructions"),
                    now(),
                    flag("card_macros"),
                    version,
                    label,
                    isGiven(draft) ? draft : null);
            if (!violations.isEmpty()) {
                throw new CannotRenderException(violations);
            }
            return request;
        }

        private static boolean isGiven(JsonNode value) {
            return !value.isMissingNode() && !value.isNull();
        }

        private void wrong(String pointer, String detail) {
            if (violations.size() < 50) {
                violations.add(new Violation(pointer, detail));
            }
        }

        private void refuseOthers(JsonNode object, String pointer, Set<String> known) {
            if (object.isObject()) {
                object.propertyNames().stream()
                        .filter(name -> !known.contains(name))
                        .forEach(name -> wrong(
                                pointer + "/" + name.replace("~", "~0").replace("/", "~1"),
                                "is not known; there are " + String.join(", ", new TreeSet<>(known))));
            }
        }

        private List<Message> messages() {
            var given = body.path("messages");
            var messages = new ArrayList<Message>();
            if (isGiven(given) && !given.isArray()) {
                wrong("/messages", "must be a list");
                return messages;
            }
            for (int i = 0; i < given.size(); i++) {
                var message = given.get(i);
                String pointer = "/messages/" + i;
                if (!message.isObject()) {
                    wrong(pointer, "must be an object with role and content");
                    continue;
                }
                refuseOthers(message, pointer, Set.of("role", "content"));
                String role = text(message, pointer, "role");
                String content = text(message, pointer, "content");
                if (role == null
                        || !Set.of(Message.SYSTEM, Message.USER, Message.ASSISTANT)
                                .contains(role)) {
                    wrong(pointer + "/role", "must be system, user or assistant");
                } else if (content == null) {
                    wrong(pointer + "/content", "must be text");
                } else {
                    messages.add(new Message(role, content));
                }
            }
            return messages;
        }

        private Format format() {
            String text = text(body, "", "format");
            return switch (text == null ? "openai" : text) {
                case "openai" -> Format.OPENAI;
                case "anthropic" -> Format.ANTHROPIC;
                case "text" -> Format.TEXT;
                default -> {
                    wrong("/format", "must be openai, anthropic or text");
                    yield Format.OPENAI;
                }
            };
        }

        private @Nullable OffsetDateTime now() {
            String text = text(body, "", "now");
            try {
                return text == null ? null : OffsetDateTime.parse(text);
            } catch (DateTimeParseException e) {
                wrong("/now", "must be a moment such as 2026-01-31T12:00:00+01:00");
                return null;
            }
        }

        private @Nullable String text(JsonNode object, String pointer, String name) {
            var value = object.path(name);
            if (!isGiven(value)) {
                return null;
            }
            if (!value.isString()) {
                wrong(pointer + "/" + name, "must be text");
                return null;
            }
            return value.stringValue();
        }

        private boolean flag(String name) {
            var value = body.path(name);
            if (isGiven(value) && !value.isBoolean()) {
                wrong("/" + name, "must be true or false");
            }
            return value.isBoolean() && value.booleanValue();
        }

        private @Nullable Integer integer(String name) {
            Long number = number(body, "", name, 0, Integer.MAX_VALUE);
            return number == null ? null : Integer.valueOf(number.intValue());
        }

        private @Nullable Long number(JsonNode object, String pointer, String name, long least, long most) {
            var value = object.path(name);
            if (!isGiven(value)) {
                return null;
            }
            if (!value.isIntegralNumber()
                    || !value.canConvertToLong()
                    || value.longValue() < least
                    || value.longValue() > most) {
                wrong(
                        pointer + "/" + name,
                        "must be a whole number" + (least == Long.MIN_VALUE ? "" : " from " + least));
                return null;
            }
            return value.longValue();
        }
    }
}
