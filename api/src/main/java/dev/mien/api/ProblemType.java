package dev.mien.api;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/// The closed list of problems that a server answers with (RFC 9457). Clients match on [#uri()].
public enum ProblemType {
    MALFORMED_BODY(
            400,
            "Malformed body",
            "The body is not one well-formed JSON value in UTF-8 (RFC 8259): it is cut off, holds an invalid byte, names"
                    + " a member twice, is nested too deeply, or has something behind its end. Nothing was changed."),
    INVALID_PARAMETER(
            400,
            "Invalid parameter",
            "A query parameter, a header or a cursor is not one that this address understands. A cursor is valid only as it"
                    + " was given out, with the same filters, and until the store is replaced; start again without it."),
    READ_ONLY(403, "Read only", "This server was started with --read-only; it answers reads and refuses every write."),
    NOT_FOUND(404, "Not found", "There is nothing at this address. The list of addresses is at /openapi.json."),
    PERSONA_NOT_FOUND(
            404,
            "Persona not found",
            "No persona has this id. A deleted persona is still found (its is_active is false); this one never existed or"
                    + " its row was removed."),
    USER_NOT_FOUND(404, "User not found", "No user has this id or username."),
    VERSION_NOT_FOUND(
            404,
            "Version not found",
            "The document has no such version. Versions count from 1; the list of them is at .../versions."),
    LABEL_NOT_FOUND(
            404,
            "Label not found",
            "The persona has no such label, or it was removed. The list of them is at .../labels."),
    WEBHOOK_NOT_FOUND(404, "Webhook not found", "No webhook has this id."),
    AVATAR_NOT_FOUND(
            404,
            "Avatar not found",
            "The persona has no picture. PUT .../avatar gives it one; until then its initials may stand for it."),
    ASSET_NOT_FOUND(
            404,
            "Asset not found",
            "No picture or other file is stored at this address. One that no persona uses is removed a day after it was sent,"
                    + " and one that was used with the last persona that used it."),
    METHOD_NOT_ALLOWED(
            405,
            "Method not allowed",
            "The address exists but does not know this method. The Allow header lists those it knows."),
    ALREADY_TAKEN(
            409,
            "Already taken",
            "Another document has this value already, and it must be unique: a username, or an e-mail address without regard"
                    + " to case. Nothing was changed."),
    OTHER_HISTORY(
            409,
            "Other history",
            "The token that the read was to be at least as new as (Mien-Read: at-least) is of another history than the"
                    + " store's: the store was restored or replaced since. Nothing can be said about the two. Forget what was"
                    + " remembered with the token, and read without it."),
    STILL_NEEDED(
            409,
            "Still needed",
            "Other documents name this one, so it cannot be purged: personas that the user owns. Give them to another user or"
                    + " purge them first. Nothing was changed."),
    ERASED(
            410,
            "Erased",
            "It was there and its content is gone for good: the version was pruned, or the document was purged. Where the"
                    + " request was a repeated one, its first sending was carried out."),
    CHANGES_GONE(
            410,
            "Changes gone",
            "Some of the changes after this token are no longer in the log: it was trimmed, or a part of it is missing. What"
                    + " they were cannot be found out any more. Load what you keep anew, and go on with the token of that answer."),
    VERSION_CONFLICT(
            412,
            "Version conflict",
            "The document is no longer at the version that If-Match names: somebody changed it in between. Nothing was"
                    + " overwritten. Fetch it again, look at what changed (currentVersion says where it is now), and repeat the"
                    + " edit on top."),
    BODY_TOO_LARGE(413, "Body too large", "The body is larger than this server accepts. Nothing was changed."),
    UNSUPPORTED_MEDIA_TYPE(
            415,
            "Unsupported media type",
            "The body is not of a type that this address takes; detail says which. Documents are application/json (for PATCH"
                    + " also application/merge-patch+json), in UTF-8."),
    INVALID_PERSONA(
            422,
            "Invalid persona",
            "The body is well-formed but is no valid persona. Each entry of errors points at a member (RFC 6901) and says"
                    + " what is wrong with it. Nothing was changed."),
    INVALID_IMAGE(
            422,
            "Invalid image",
            "The file is no picture in PNG, JPEG, GIF or WebP, as its first bytes say, or it is one that cannot be drawn smaller:"
                    + " it is damaged, has too many pixels, or takes too long. What is stored is served whole, without size."),
    INVALID_CARD(
            422,
            "Invalid card",
            "The file is no character card that can be read: it is none of the kinds that are known, cut off, damaged, too"
                    + " large, dangerous to unpack, or its character has no name. The detail says which. Nothing of it was"
                    + " stored."),
    INVALID_USER(
            422,
            "Invalid user",
            "The body is well-formed but is no valid user. Each entry of errors points at a member (RFC 6901) and says what"
                    + " is wrong with it. Nothing was changed."),
    INVALID_WEBHOOK(
            422,
            "Invalid webhook",
            "The body is well-formed but is no valid webhook. Each entry of errors points at a member and says what is wrong"
                    + " with it. Addresses that are not public are refused unless webhook.allow-private is set. Nothing was"
                    + " changed."),
    CANNOT_RENDER(
            422,
            "Cannot render",
            "The body asks for a prompt that cannot be made: a member of it is not as it should be, the template does not"
                    + " work, or macros grow beyond the limit. Each entry of errors points at a member, of the body or of the"
                    + " persona, and says what is wrong with it. Nothing was changed."),
    KEY_REUSED(
            422,
            "Key reused",
            "The Idempotency-Key was used before for another request. A key belongs to one request with one body: give"
                    + " each request its own. Nothing was changed."),
    VERSION_REQUIRED(
            428,
            "Version required",
            "Replacing a whole document needs If-Match with the ETag of the version it was made from, so that nobody's work"
                    + " is overwritten unseen."),
    INTERNAL(
            500,
            "Internal error",
            "The server met a fault of its own. The log has the details under the request's id. A write that was answered"
                    + " like this was not acknowledged."),
    STORE_UNAVAILABLE(
            503,
            "Store unavailable",
            "The store cannot be read or written at the moment, and Mien does not answer from memory instead. A write that"
                    + " was answered like this was certainly not applied; repeat it after Retry-After seconds."),
    OUTCOME_UNKNOWN(
            503,
            "Outcome unknown",
            "The commit of this write was begun and its end is not known: it may or may not have happened, once. Read the"
                    + " document before repeating the write; one that had an Idempotency-Key may be repeated with it at once.");

    private final int status;
    private final String title;
    private final String explanation;

    ProblemType(int status, String title, String explanation) {
        this.status = status;
        this.title = title;
        this.explanation = explanation;
    }

    /// The HTTP status that goes with the problem.
    public int status() {
        return status;
    }

    public String title() {
        return title;
    }

    /// What happened and what to do, for the page that the problem's `type` opens.
    public String explanation() {
        return explanation;
    }

    /// The last part of [#uri()], such as `version-conflict`.
    public String slug() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /// The `type` member: a reference to the page that explains the problem (RFC 9457 §3.1.1).
    public String uri() {
        return "/problems/" + slug();
    }

    /// The type whose `type` member is `uri`; empty for one that this version does not know.
    public static Optional<ProblemType> of(String uri) {
        return Arrays.stream(values()).filter(type -> type.uri().equals(uri)).findFirst();
    }
}
