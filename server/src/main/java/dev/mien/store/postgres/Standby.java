package dev.mien.store.postgres;

import dev.mien.store.PostgresConfig;
import java.sql.Connection;
import java.sql.SQLException;

/// A streaming standby of the primary.
///
/// **Invariant: an answer is used only if what the standby shows is the history that its incarnation names.** The log's
/// head says for which line of history the incarnation was made, and the standby must be on that line. Revisions alone
/// prove nothing: after a promotion that lost the last writes, the new line gives out their revisions again. A standby
/// that stayed behind on the old line keeps the old incarnation, which is not that of the new line; one that has
/// followed the new line, but has not got its new incarnation yet, is refused here.
///
/// The standby's line is that of the last restart point or of the WAL that is being received, if that is newer. Both
/// may lag, and neither runs ahead. So a standby that follows a promotion, and receives nothing just then, is refused
/// until its next restart point. Both are read after the statement's snapshot was taken: a server that is in recovery
/// then was so at the snapshot.
final class Standby implements PostgresReader.Server {
    private static final String LINE = """
            (SELECT system_identifier || '/' || lpad(upper(to_hex(greatest(
                        (SELECT timeline_id FROM pg_control_checkpoint()),
                        (SELECT received_tli FROM pg_stat_wal_receiver)))), 8, '0')
               FROM pg_control_system())""";

    private static final String OBJECTION = """
            CASE WHEN NOT pg_is_in_recovery() THEN 'the server is no standby'
                 WHEN h.line <> %s THEN 'the standby is on another line of history than its log'
            END""".formatted(LINE);

    private final String url;
    private final PostgresConfig config;

    Standby(String url, PostgresConfig config) {
        this.url = url;
        this.config = config;
    }

    @Override
    public Connection open() throws SQLException {
        return Primary.connect(url, config, Primary.Use.STANDBY);
    }

    @Override
    public String objection() {
        return OBJECTION;
    }

    /// Nothing: what each answer says of its history is proof enough for those who may be behind.
    @Override
    public void fence(Connection connection) {}
}
