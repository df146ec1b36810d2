package dev.mien.user;

import dev.mien.api.ProblemType;
import dev.mien.document.DocumentService;
import dev.mien.document.Field;
import dev.mien.document.Schema;
import dev.mien.store.Collection;
import dev.mien.store.Document;
import dev.mien.store.Found;
import dev.mien.store.ReadMode;
import dev.mien.store.Step;
import dev.mien.store.Store;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/// The rules of users.
public final class UserService extends DocumentService {
    private static final Collection USERS = new Collection("users", List.of("username", "email"), "");

    /// What a user is made of. An e-mail address is ASCII, so that "without regard to case" means the same everywhere.
    public static final Schema SCHEMA = new Schema(
            Field.text("username", "3 to 50 of a–z, 0–9 and _; stored in lower case; unique")
                    .asRequired()
                    .atMost(50)
                    .normalizedBy(text -> text.toLowerCase(Locale.ROOT))
                    .matching(Pattern.compile("[a-z0-9_]{3,50}"), "must be 3 to 50 of a–z, 0–9 and _"),
            Field.textOrNull("email", "unique without regard to case")
                    .atMost(254)
                    .matching(
                            Pattern.compile("[!-?A-~]+@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?"),
                            "must be an e-mail address"),
            Field.text("display_name", "what others see").atMost(200),
            Field.textOrNull("profile_picture_url", "an http or https address")
                    .atMost(2000)
                    .matching(Pattern.compile("https?://[!-~]+"), "must be an http or https address"),
            Field.text("bio", "what the user says about themself"),
            Field.object("preferences", "anything that an application wants to remember, kept as given"),
            Field.flag("is_active", true, "false once it was deleted"));

    private final Collection owned;

    /// @param owned the collection of what users own
    public UserService(Store store, Collection owned) {
        super(store, USERS, SCHEMA, "user", ProblemType.USER_NOT_FOUND, ProblemType.INVALID_USER);
        this.owned = owned;
    }

    /// A user who owns something stays.
    @Override
    public Step purgeStep(String id, Predicate<Document> expected) {
        return new Step.Purge(USERS, id, expected, null, owned);
    }

    /// The user with this name, in any case.
    public Found getByUsername(String username, ReadMode mode) {
        return getBy("username", username.toLowerCase(Locale.ROOT), mode);
    }
}
