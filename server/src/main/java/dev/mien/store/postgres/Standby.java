package dev.mien.store.postgres;

import dev.mien.store.PostgresConfig;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A streaming standby of the primary.
///
/// **Invariant: an answer is used only if what the standby shows is a beginning of the primary's history.** Each
/// statement names the line of history beside the answer, and the line must be the newest that this worker has met on
/// the primary. Revisions alone prove nothing: after a promotion that lost the last writes, the new line gives out
/// their revisions again, and a standby of the old line has them, too. PostgreSQL keeps such a standby from following
/// the new line, so it never names it.
///
/// The line is that of the last restart point or of the WAL that is being received, if that is newer. Both may lag, and
/// neither runs ahead. So a standby that follows a promotion, and receives nothing just then, is refused until its next
/// restart point. Both are read after the statement's snapshot was taken: a server that is in recovery then was so at
/// the snapshot.
final class Standby implements PostgresReader.Server {
    private static final String LINE = """
            (SELECT system_identifier || '/' || lpad(upper(to_hex(greatest(
                        (SELECT timeline_id FROM pg_control_checkpoint()),
                        (SELECT received_tli FROM pg_stat_wal_receiver)))), 8, '0')
               FROM pg_control_system() WHERE pg_is_in_recovery())""";

    private final String url;
    private final PostgresConfig config;
    private final Supplier<String> newestLine;

    /// @param newestLine of the primary
    Standby(String url, PostgresConfig config, Supplier<String> newestLine) {
        this.url = url;
        this.config = config;
        this.newestLine = newestLine;
    }

    @Override
    public Connection open() throws SQLException {
        return Primary.connect(url, config, Primary.Use.STANDBY);
    }

    @Override
    public String standing() {
        return LINE;
    }

    @Override
    public void require(@Nullable String line) throws SQLException {
        if (line == null) {
            throw new SQLException("the server is no standby");
        }
        String primary = newestLine.get();
        if (!line.equals(primary)) {
            throw new SQLException("the standby is on line " + line + " of history, the primary on " + primary);
        }
    }

    /// Nothing: the line of history that each answer names is proof enough for those who may be behind.
    @Override
    public void fence(Connection connection) {}
}
