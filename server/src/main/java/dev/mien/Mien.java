package dev.mien;

import dev.mien.cache.CoherentStore;
import dev.mien.cache.ReplicaStore;
import dev.mien.config.ServerConfig;
import dev.mien.http.Bodies;
import dev.mien.http.ProblemResponse;
import dev.mien.http.Route;
import dev.mien.http.WebApp;
import dev.mien.label.LabelResource;
import dev.mien.label.LabelService;
import dev.mien.persona.PersonaResource;
import dev.mien.persona.PersonaService;
import dev.mien.store.Store;
import dev.mien.store.postgres.PostgresReplica;
import dev.mien.store.postgres.PostgresStore;
import dev.mien.store.sqlite.SqliteStore;
import dev.mien.user.UserResource;
import dev.mien.user.UserService;
import dev.mien.web.AboutResource;
import dev.mien.web.OpenApi;
import java.util.ArrayList;
import java.util.List;

/// One worker's object graph, wired top to bottom and closed in reverse.
public final class Mien implements AutoCloseable {
    private final Store store;
    private final WebApp web;
    private final byte[] description;

    /// Opens the store. The database must exist and be migrated.
    ///
    /// @param worker the number of this worker, from 1
    /// @throws dev.mien.store.StoreUnavailableException if the store cannot be opened
    public Mien(ServerConfig config, int worker) {
        this.store = config.onPostgres()
                ? onPostgres(config)
                : new SqliteStore(config.data(), config.commit(), config.readOnly());

        var personas = new PersonaService(store);
        var users = new UserService(store);
        var labels = new LabelService(store, personas);

        var bodies = new Bodies(config.http());
        var problems = new ProblemResponse(worker, store::lastSeen);
        var about = new AboutResource(store, problems);

        // Those that are asked for most come first: the router tries them in this order.
        var routes = new ArrayList<Route>();
        routes.addAll(new PersonaResource(personas, labels, bodies).routes());
        routes.addAll(new UserResource(users, bodies).routes());
        routes.addAll(new LabelResource(labels, bodies).routes());
        routes.addAll(about.routes());
        this.description = new OpenApi(routes, List.of(personas, users)).json();
        about.describe(description);

        this.web = new WebApp(
                config.host(),
                config.port(),
                worker,
                config.readOnly(),
                config.worker().drainTimeout(),
                config.http().maximumBodyBytes(),
                routes,
                problems,
                store::lastSeen);
    }

    private static Store onPostgres(ServerConfig config) {
        var postgres = new PostgresStore(config.database(), config.postgres(), config.commit(), config.readOnly());
        var cache = config.cache().enabled() ? new CoherentStore(postgres, postgres, config.cache()) : null;
        var store = cache == null ? postgres : cache;
        return config.replica().isEmpty()
                ? store
                : new ReplicaStore(store, cache, new PostgresReplica(config.replica(), config.postgres()));
    }

    /// Begins to serve.
    public void start() {
        web.start();
    }

    public int port() {
        return web.port();
    }

    /// The description of the API, as at `/openapi.json`.
    public byte[] description() {
        return description.clone();
    }

    /// Whether the store that this worker served is gone for good.
    public boolean isLost() {
        return store.isLost();
    }

    /// Lets requests under way end, then ends.
    @Override
    public void close() {
        web.close();
        store.close();
    }
}
