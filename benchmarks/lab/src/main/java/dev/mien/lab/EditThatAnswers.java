package dev.mien.lab;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.UnaryOperator;

/// No session at all: an edit is a function from the row as it is to the row as it shall be. It runs inside the
/// transaction that writes, and its answer is what was written. Plain JDBC; what Mien does, in small.
final class EditThatAnswers implements Services {
    private final Database database;
    private final Connection connection;

    EditThatAnswers(Database database) {
        this.database = database;
        try {
            connection = database.connect();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private interface Work<T> {
        T run() throws SQLException;
    }

    /// Takes the write lock first, so that what is read inside is the newest there is and stays so until the commit.
    private <T> T inTransaction(Work<T> work) {
        try (var statement = connection.createStatement()) {
            statement.execute("BEGIN IMMEDIATE");
            try {
                T result = work.run();
                statement.execute("COMMIT");
                return result;
            } catch (SQLException | RuntimeException e) {
                statement.execute("ROLLBACK");
                throw e;
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private Persona editPersona(String id, UnaryOperator<Persona> edit) {
        return inTransaction(() -> {
            var next = edit.apply(persona(id));
            update("UPDATE personas SET name = ?, greeting = ? WHERE id = ?", next.name(), next.greeting(), id);
            return next;
        });
    }

    private User editUser(String id, UnaryOperator<User> edit) {
        return inTransaction(() -> {
            var next = edit.apply(user(id));
            update("UPDATE users SET name = ? WHERE id = ?", next.name(), id);
            return next;
        });
    }

    private void update(String sql, String... values) throws SQLException {
        try (var statement = connection.prepareStatement(database.counted(sql))) {
            for (int i = 0; i < values.length; i++) {
                statement.setString(i + 1, values[i]);
            }
            statement.executeUpdate();
        }
    }

    @Override
    public Persona renamePersona(String id, String name) {
        return editPersona(id, current -> new Persona(id, name, current.greeting()));
    }

    @Override
    public User renameUser(String id, String name) {
        return editUser(id, current -> new User(id, name));
    }

    @Override
    public Persona greetWithoutRemedy(String id, String greeting) {
        inTransaction(() -> {
            update("UPDATE personas SET greeting = ? WHERE id = ?", greeting, id);
            return id;
        });
        return persona(id);
    }

    @Override
    public Persona persona(String id) {
        try (var statement =
                connection.prepareStatement(database.counted("SELECT id, name, greeting FROM personas WHERE id = ?"))) {
            statement.setString(1, id);
            try (var rows = statement.executeQuery()) {
                if (!rows.next()) {
                    throw new NoSuchElementException(id);
                }
                return new Persona(rows.getString(1), rows.getString(2), rows.getString(3));
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public User user(String id) {
        try (var statement = connection.prepareStatement(database.counted("SELECT id, name FROM users WHERE id = ?"))) {
            statement.setString(1, id);
            try (var rows = statement.executeQuery()) {
                if (!rows.next()) {
                    throw new NoSuchElementException(id);
                }
                return new User(rows.getString(1), rows.getString(2));
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public List<Persona> personas(int count) {
        var personas = new ArrayList<Persona>();
        try (var statement = connection.prepareStatement(
                database.counted("SELECT id, name, greeting FROM personas ORDER BY id LIMIT ?"))) {
            statement.setInt(1, count);
            try (var rows = statement.executeQuery()) {
                while (rows.next()) {
                    personas.add(new Persona(rows.getString(1), rows.getString(2), rows.getString(3)));
                }
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return personas;
    }

    @Override
    public boolean tracks(Object object) {
        return false;
    }

    /// There is never anything left to write.
    @Override
    public void save() {}

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
