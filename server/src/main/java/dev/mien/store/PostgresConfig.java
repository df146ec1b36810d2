package dev.mien.store;

import dev.mien.config.Setting;

/// How a worker reaches PostgreSQL, besides the JDBC URL.
///
/// @param user empty where the URL says it
/// @param password empty where the URL says it, or none is needed
/// @param connections how many sessions of one worker read
/// @param fencedChecks whether the synchronous standbys have to confirm before each answer that the server is the
/// primary
public record PostgresConfig(
        @Setting(value = "who to log in as at PostgreSQL, if the URL does not say it", byDefault = "")
        String user,

        @Setting(value = "password of that user; give it as a variable or in a file", byDefault = "", secret = true)
        String password,

        @Setting(
                value = "sessions with which one worker reads from PostgreSQL; two more write and follow",
                byDefault = "8")
        int connections,

        @Setting(
                value = "have the synchronous standbys confirm, before each strong answer, that the server is the"
                        + " primary; an old primary then answers 503",
                byDefault = "false")
        boolean fencedChecks) {
    public PostgresConfig {
        if (connections < 1 || connections > 100) {
            throw new IllegalArgumentException("--postgres-connections: " + connections + " is not between 1 and 100");
        }
    }

    /// Never the password.
    @Override
    public String toString() {
        return "PostgresConfig[user=" + user + ", connections=" + connections + ", fencedChecks=" + fencedChecks + "]";
    }
}
