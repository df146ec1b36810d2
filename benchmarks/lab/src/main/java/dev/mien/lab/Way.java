package dev.mien.lab;

import java.util.function.Function;

/// The ways to write the services that are compared, in the order in which they are shown.
@SuppressWarnings("ImmutableEnumChecker") // Each holds a constructor, which has no state.
enum Way {
    BULK_STATEMENT("bulk statement: the fault", BulkStatement::new),
    CLEAR_AFTER_COMMIT("`clear()` after the commit", ClearAfterCommit::new),
    CLEAR_AFTER_STATEMENT("`clear()` before the commit", ClearAfterStatement::new),
    FLUSH_AND_CLEAR("`flush()`, statement, `clear()`", FlushAndClear::new),
    CLEAR_ON_EVERY_COMMIT("a listener clears after each commit", ClearOnEveryCommit::new),
    NEW_SESSION_AFTER_COMMIT("a new session after each commit", NewSessionAfterCommit::new),
    DETACH_AFTER_COMMIT("`detach()` the object", DetachAfterCommit::new),
    REFRESH_AFTER_COMMIT("`refresh()` the object", RefreshAfterCommit::new),
    THROUGH_ENTITY("change the object, no statement", ThroughEntity::new),
    ROW_FROM_STATEMENT("the statement returns the row", RowFromStatement::new),
    WITHOUT_IDENTITY_MAP("`StatelessSession`", WithoutIdentityMap::new),
    EDIT_THAT_ANSWERS("an edit that answers, plain JDBC", EditThatAnswers::new),
    MIEN_STORE("an edit that answers, Mien's store", MienStore::new);

    private final String title;
    private final Function<Database, Services> services;

    Way(String title, Function<Database, Services> services) {
        this.title = title;
        this.services = services;
    }

    String title() {
        return title;
    }

    Services open(Database database) {
        return services.apply(database);
    }
}
