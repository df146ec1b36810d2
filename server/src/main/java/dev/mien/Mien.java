package dev.mien;

import dev.mien.asset.AssetResource;
import dev.mien.asset.AssetService;
import dev.mien.batch.BatchResource;
import dev.mien.cache.CoherentStore;
import dev.mien.cache.ReplicaStore;
import dev.mien.cache.SnapshotStore;
import dev.mien.card.CardResource;
import dev.mien.config.ServerConfig;
import dev.mien.feed.ChangeFeed;
import dev.mien.feed.ChangeResource;
import dev.mien.http.Bodies;
import dev.mien.http.ProblemResponse;
import dev.mien.http.Route;
import dev.mien.http.WebApp;
import dev.mien.label.LabelResource;
import dev.mien.label.LabelService;
import dev.mien.ownership.OwnershipResource;
import dev.mien.persona.PersonaResource;
import dev.mien.persona.PersonaService;
import dev.mien.render.RenderResource;
import dev.mien.render.Renderer;
import dev.mien.store.ChangeLog;
import dev.mien.store.Chore;
import dev.mien.store.Pruner;
import dev.mien.store.SideSession;
import dev.mien.store.Store;
import dev.mien.store.postgres.PostgresReplica;
import dev.mien.store.postgres.PostgresStore;
import dev.mien.store.sqlite.SqliteStore;
import dev.mien.user.UserResource;
import dev.mien.user.UserService;
import dev.mien.web.AboutResource;
import dev.mien.web.ConsoleResource;
import dev.mien.web.OpenApi;
import dev.mien.webhook.Dispatcher;
import dev.mien.webhook.WebhookResource;
import dev.mien.worker.WorkerBoard;
import dev.mien.worker.WorkersResource;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One worker's object graph, wired top to bottom and closed in reverse.
public final class Mien implements AutoCloseable {
    private final Store store;
    private final ChangeFeed feed;
    private final SideSession side;
    private final AssetService assets;
    private final List<Chore> chores = new ArrayList<>();
    private final WebhookResource webhooks;
    private @Nullable Dispatcher dispatcher;
    private final boolean dispatches;
    private final WebApp web;
    private final WorkerBoard board;
    private final byte[] description;
    private final int workers;

    /// Opens the store. The database must exist and be migrated.
    ///
    /// @param worker the number of this worker, from 1
    /// @throws dev.mien.store.StoreUnavailableException if the store cannot be opened
    public Mien(ServerConfig config, int worker) {
        var opened = config.onPostgres() ? onPostgres(config) : onSqlite(config);
        this.store = opened.store();
        this.workers = config.workers();

        var personas =
                new PersonaService(store, PersonaService.SCHEMA.with("prompt_template", Renderer::templateProblem));
        var users = new UserService(store, personas.collection());
        var labels = new LabelService(store, personas);
        this.feed = new ChangeFeed(store, opened.log(), personas.collection(), config.feed());

        var bodies = new Bodies(config.http());
        var problems = new ProblemResponse(worker, store::lastSeen);
        var about = new AboutResource(store, problems);

        // Those that are asked for most come first: the router tries them in this order.
        var routes = new ArrayList<Route>();
        var personaResource = new PersonaResource(personas, labels, bodies);
        routes.addAll(personaResource.routes());
        routes.addAll(new RenderResource(Renderer.of(config.render()), personas, personaResource, bodies).routes());
        routes.addAll(new UserResource(users, bodies).routes());
        routes.addAll(new LabelResource(labels, bodies).routes());
        routes.addAll(new ChangeResource(feed).routes());
        this.side = opened.side();
        this.assets = new AssetService(side, config.asset(), InstantSource.system());
        routes.addAll(new AssetResource(assets, personas, config.asset()).routes());
        routes.addAll(new CardResource(store, personas, assets, config.card()).routes());
        this.webhooks = new WebhookResource(side, feed, bodies, config.webhook(), store::lastSeen);
        this.dispatches = !config.readOnly();
        routes.addAll(webhooks.routes());
        routes.addAll(new OwnershipResource(store, users, personas, personaResource, bodies).routes());
        routes.addAll(new BatchResource(store, List.of(personas, users), bodies).routes());
        this.board = WorkerBoard.open(config, worker);
        routes.addAll(new WorkersResource(board, worker, store::lastSeen).routes());
        routes.addAll(about.routes());
        routes.addAll(new ConsoleResource(store::lastSeen, problems).routes());
        this.description = new OpenApi(routes, List.of(personas, users)).json();
        about.describe(description);

        if (!config.readOnly() && worker == config.worker().firstNumber()) {
            chores.add(new Chore("sweeping", Chore.Pauses.DEFAULT, () -> assets.removeUnused() > 0));
            chores.add(new Chore("scrubbing", Chore.Pauses.DEFAULT, store::scrub));
            if (config.history().prunes()) {
                chores.add(new Chore(
                        "pruning", Chore.Pauses.DEFAULT, new Pruner(store, config.history(), InstantSource.system())));
            }
        }

        this.web = new WebApp(
                config.host(),
                config.port(),
                worker,
                config.readOnly(),
                config.worker().drainTimeout(),
                Math.max(
                        config.http().maximumBodyBytes(),
                        Math.max(config.asset().maximumBytes(), config.card().maximumBytes())),
                routes,
                problems,
                store::lastSeen);
    }

    private record Opened(Store store, ChangeLog log, SideSession side) {}

    private static Opened onSqlite(ServerConfig config) {
        var sqlite = new SqliteStore(config.data(), config.commit(), config.readOnly());
        var snapshots = config.cache().enabled() ? sqlite.snapshots() : null;
        var store = snapshots == null ? sqlite : new SnapshotStore(sqlite, snapshots, config.cache());
        return new Opened(store, sqlite, sqlite.sideTables());
    }

    private static Opened onPostgres(ServerConfig config) {
        var postgres = new PostgresStore(config.database(), config.postgres(), config.commit(), config.readOnly());
        var cache = config.cache().enabled() ? new CoherentStore(postgres, postgres, config.cache()) : null;
        var store = cache == null ? postgres : cache;
        return new Opened(
                config.replica().isEmpty()
                        ? store
                        : new ReplicaStore(store, cache, new PostgresReplica(config.replica(), config.postgres())),
                postgres,
                postgres.sideTables());
    }

    /// Begins to serve.
    public void start() {
        web.start();
        board.begin(web::requests, store::lastSeen);
        dispatcher = dispatches ? webhooks.dispatch() : null;
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

    /// Leaves the port to other workers, so that clients who connect just now lose nothing when this one closes.
    public void leavePort() {
        web.sendNewElsewhere(workers);
        endWaits();
        web.awaitQuiet();
    }

    /// Ends what would not end by itself.
    private void endWaits() {
        web.beginDraining();
        var telling = dispatcher;
        if (telling != null) {
            telling.stop();
        }
        feed.close();
    }

    /// Lets requests under way end, then ends.
    @Override
    public void close() {
        endWaits();
        var telling = dispatcher;
        if (telling != null) {
            telling.close();
        }
        web.close();
        chores.forEach(Chore::close);
        assets.close();
        board.close();
        side.close();
        store.close();
    }
}
