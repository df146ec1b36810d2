package dev.mien.config;

import dev.mien.asset.AssetConfig;
import dev.mien.cache.CacheConfig;
import dev.mien.card.CardConfig;
import dev.mien.feed.FeedConfig;
import dev.mien.http.HttpConfig;
import dev.mien.render.RenderConfig;
import dev.mien.store.CommitConfig;
import dev.mien.store.HistoryConfig;
import dev.mien.store.PostgresConfig;
import dev.mien.webhook.WebhookConfig;
import dev.mien.worker.WorkerConfig;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;

/// Everything that can be set about a server.
///
/// @param host the address to listen on
/// @param port the TCP port; 0 for any free one
/// @param data the directory that holds the store
/// @param database where the store is instead, on PostgreSQL; empty for `data`
/// @param replica a streaming standby of `database`, which answers reads that ask for less than strong; empty for none
/// @param workers how many worker processes to run behind the port
/// @param allowRemote whether an address that other machines can reach is accepted
/// @param readOnly whether to answer reads only, without claiming the data directory
public record ServerConfig(
        @Setting(value = "address to listen on", byDefault = "127.0.0.1")
        String host,

        @Setting(value = "TCP port; 0 takes any free one", byDefault = "8080")
        int port,

        @Setting(value = "directory that holds the store", byDefault = "mien-data")
        Path data,

        @Setting(
                value = "PostgreSQL database that holds the store instead, as jdbc:postgresql://host/name",
                byDefault = "")
        String database,

        @Setting(
                value = "streaming standby of that database, for reads that ask for less than strong; same form",
                byDefault = "")
        String replica,

        @Setting(value = "worker processes behind the port", byDefault = "1")
        int workers,

        @Setting(
                value = "listen on an address that other machines reach, although nobody has to log in",
                byDefault = "false")
        boolean allowRemote,

        @Setting(value = "answer reads only; may run beside a server on the same data", byDefault = "false")
        boolean readOnly,

        CommitConfig commit,
        HistoryConfig history,
        CacheConfig cache,
        PostgresConfig postgres,
        FeedConfig feed,
        HttpConfig http,
        AssetConfig asset,
        RenderConfig render,
        CardConfig card,
        WebhookConfig webhook,
        WorkerConfig worker) {
    public ServerConfig {
        if (port < 0 || port > 65535) {
            throw new IllegalArgumentException("--port: " + port + " is not between 0 and 65535");
        }
        if (workers < 1 || workers > 64) {
            throw new IllegalArgumentException("--workers: " + workers + " is not between 1 and 64");
        }
        if (!database.isEmpty() && !database.startsWith("jdbc:postgresql:")) {
            throw new IllegalArgumentException("--database: an address begins with jdbc:postgresql://");
        }
        if (!replica.isEmpty() && !replica.startsWith("jdbc:postgresql:")) {
            throw new IllegalArgumentException("--replica: an address begins with jdbc:postgresql://");
        }
        if (!replica.isEmpty() && database.isEmpty()) {
            throw new IllegalArgumentException("--replica: a standby of what? Add --database");
        }
        if (!allowRemote && !isLoopback(host)) {
            throw new IllegalArgumentException(
                    "--host: " + host + " can be reached from other machines, and nobody has to"
                            + " log in yet; add --allow-remote if that is meant");
        }
    }

    /// Whether the store is on PostgreSQL, and not in [#data()].
    public boolean onPostgres() {
        return !database.isEmpty();
    }

    /// Where the store is, for people. Without what may hold a password.
    public String place() {
        return onPostgres()
                ? Settings.withoutSecrets(database)
                : data.toAbsolutePath().toString();
    }

    /// Whether only this machine reaches the address.
    public static boolean isLoopback(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("--host: there is no address " + host, e);
        }
    }
}
