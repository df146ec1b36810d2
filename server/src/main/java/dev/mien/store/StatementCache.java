package dev.mien.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;

/// The prepared statements of one connection, by their text. Used by one thread at a time, as the connection is.
public final class StatementCache {
    private final Map<String, PreparedStatement> statements = new HashMap<>();

    /// The statement with this text, prepared if it was not yet.
    public PreparedStatement get(Connection connection, String sql) throws SQLException {
        var known = statements.get(sql);
        if (known != null) {
            return known;
        }
        var statement = connection.prepareStatement(sql);
        statements.put(sql, statement);
        return statement;
    }

    /// Forgets one that is of no more use.
    public void forget(String sql) {
        statements.remove(sql);
    }

    /// Forgets all: they are of no more use, or their connection is gone.
    public void clear() {
        statements.clear();
    }
}
