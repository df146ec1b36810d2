package dev.mien.store.postgres;

import static dev.mien.store.postgres.PostgresServer.column;
import static dev.mien.store.postgres.PostgresServer.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.mien.store.Changes.Change;
import dev.mien.store.Store;
import dev.mien.store.StoreContract;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Why revisions do not come from an identity column: whoever follows one misses changes, in an interleaving in which
/// whoever follows the log does not.
@Timeout(120)
class IdentityColumnTest {
    private record By(Store store) implements StoreContract {}

    /// Notes a change under an identity column, and makes it.
    private static final String CHANGE = """
            BEGIN;
            INSERT INTO numbered (persona) VALUES ('%1$s');
            UPDATE personas SET document = '{"name": "x"}' WHERE id = '%1$s'
            """;

    @Test
    void transactionThatNumbersItsChangeFirstAndCommitsLast_isSeenInTheLogAlone() throws SQLException {
        String url = PostgresServer.newDatabase();
        try (var store = PostgresServer.open(url);
                var slow = PostgresServer.psql(url);
                var quick = PostgresServer.psql(url)) {
            String first = new By(store).createPersona("First");
            String second = new By(store).createPersona("Second");
            run(quick, "CREATE TABLE numbered (seq bigint GENERATED ALWAYS AS IDENTITY, persona text)");

            run(slow, CHANGE.formatted(first));
            run(quick, CHANGE.formatted(second) + "; COMMIT");
            assertThat(numberedAfter(quick, 0)).containsExactly("2 " + second);
            var seen = store.changesAfter(2, 10);
            run(slow, "COMMIT");

            assertThat(numberedAfter(quick, 2)).isEmpty();
            assertThat(column(quick, "SELECT seq FROM numbered WHERE persona = '" + first + "'"))
                    .containsExactly("1");
            assertThat(seen.changes()).extracting(Change::revision, Change::id).containsExactly(tuple(3L, second));
            assertThat(store.changesAfter(3, 10).changes())
                    .extracting(Change::revision, Change::id)
                    .containsExactly(tuple(4L, first));
        }
    }

    private static List<String> numberedAfter(Connection session, long seq) throws SQLException {
        return column(session, "SELECT seq || ' ' || persona FROM numbered WHERE seq > " + seq + " ORDER BY seq");
    }
}
