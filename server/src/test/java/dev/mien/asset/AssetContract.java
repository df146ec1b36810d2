package dev.mien.asset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mien.api.Problem;
import dev.mien.http.ProblemException;
import dev.mien.persona.PersonaService;
import dev.mien.store.Origin;
import dev.mien.store.SideSession;
import dev.mien.store.Store;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What every store keeps about files and who uses them.
@org.junit.jupiter.api.Timeout(120)
abstract class AssetContract {
    private static final JsonMapper JSON = new JsonMapper();
    private static final AssetConfig CONFIG = new AssetConfig(100_000, 1_000_000);

    private Store store;
    private Store other;
    private SideSession side;
    private AssetService assets;
    private PersonaService personas;
    private Instant now = Instant.now();

    abstract Store open();

    /// Another worker, where two may be in one process; else the same.
    abstract Store second(Store first);

    abstract SideSession sideOf(Store store);

    /// A session as `sqlite3` or `psql` have it.
    abstract Connection hand() throws SQLException;

    @BeforeEach
    void begin() {
        store = open();
        other = second(store);
        side = sideOf(store);
        assets = service(side);
        personas = new PersonaService(store);
    }

    @AfterEach
    void end() {
        assets.close();
        side.close();
        if (!other.equals(store)) {
            other.close();
        }
        store.close();
    }

    private AssetService service(SideSession tables) {
        return new AssetService(tables, CONFIG, () -> now);
    }

    static byte[] file(String content) {
        return content.getBytes(StandardCharsets.UTF_8);
    }

    private static JsonNode json(String text) {
        return JSON.readTree(text.replace('\'', '"'));
    }

    private String create(String document) {
        return personas.create(json(document), Origin.UNKNOWN)
                .written()
                .getFirst()
                .document()
                .id();
    }

    private void update(String id, String patch) {
        personas.update(id, json(patch), dev.mien.http.Precondition.NONE, false, Origin.UNKNOWN);
    }

    private void purge(String id) {
        personas.purge(id, current -> true, Origin.UNKNOWN);
    }

    private void sql(String statement) throws SQLException {
        try (var hand = hand();
                var by = hand.createStatement()) {
            by.execute(statement);
        }
    }

    private List<String> column(String query) {
        try (var hand = hand();
                var by = hand.createStatement();
                var rows = by.executeQuery(query)) {
            var values = new ArrayList<String>();
            while (rows.next()) {
                values.add(rows.getString(1));
            }
            return values;
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    private List<String> stored() {
        return column("SELECT address FROM assets ORDER BY address");
    }

    private List<String> usesOf(String persona) {
        return column("SELECT address FROM asset_uses WHERE persona_id = '" + persona + "' ORDER BY address");
    }

    private static Problem problemOf(Throwable thrown) {
        return ((ProblemException) thrown).problem();
    }

    @Test
    void put_newContent_isFoundAtItsSha256() {
        // printf hello | sha256sum
        String address = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

        String given = assets.put(file("hello"));

        assertThat(given).isEqualTo(address);
        assertThat(assets.get(address)).hasValueSatisfying(asset -> {
            assertThat(asset.bytes()).isEqualTo(file("hello"));
            assertThat(asset.type()).isEqualTo("application/octet-stream");
            assertThat(asset.info().size()).isEqualTo(5);
        });
    }

    @Test
    void get_unknownAddress_isEmpty() {
        assertThat(assets.get("0".repeat(64))).isEmpty();
        assertThat(assets.get("../secret")).isEmpty();
        assertThat(assets.get("A".repeat(64))).isEmpty();
    }

    @Test
    void put_sameContentByManyAtOnce_isStoredOnce() throws Exception {
        byte[] large = new byte[80_000];
        int writers = 8;
        var barrier = new CyclicBarrier(writers);
        Callable<String> put = () -> {
            try (var own = sideOf(store);
                    var mine = service(own)) {
                barrier.await();
                return mine.put(large);
            }
        };

        try (var threads = Executors.newFixedThreadPool(writers)) {
            for (var done : threads.invokeAll(java.util.Collections.nCopies(writers, put))) {
                assertThat(done.get()).isEqualTo(AssetService.addressOf(large));
            }
        }

        assertThat(stored()).containsExactly(AssetService.addressOf(large));
        assertThat(assets.get(AssetService.addressOf(large)).orElseThrow().bytes())
                .isEqualTo(large);
    }

    @Test
    void put_tooLargeOrEmpty_isRefused() {
        assertThatThrownBy(() -> assets.put(new byte[100_001]))
                .satisfies(thrown -> assertThat(problemOf(thrown).type()).isEqualTo("/problems/body-too-large"));
        assertThatThrownBy(() -> assets.put(new byte[0]))
                .satisfies(thrown -> assertThat(problemOf(thrown).type()).isEqualTo("/problems/invalid-image"));
        assertThat(stored()).isEmpty();
    }

    @Test
    void document_namingWhatIsNotStored_isRefusedWithTheMember() {
        String nowhere = "0".repeat(64);
        String id = create("{'name':'Ophelia'}");

        assertThatThrownBy(() -> create("{'name':'Hamlet','avatar':'" + nowhere + "'}"))
                .satisfies(thrown -> {
                    assertThat(problemOf(thrown).type()).isEqualTo("/problems/invalid-persona");
                    assertThat(problemOf(thrown).errors())
                            .singleElement()
                            .satisfies(error -> assertThat(error.pointer()).isEqualTo("/avatar"));
                });
        assertThatThrownBy(() -> update(id, "{'avatar':'portrait.png'}"))
                .satisfies(thrown -> assertThat(problemOf(thrown).errors())
                        .singleElement()
                        .satisfies(error -> {
                            assertThat(error.pointer()).isEqualTo("/avatar");
                            assertThat(error.detail()).contains("not stored").doesNotContain("trigger");
                        }));
        assertThatThrownBy(() -> update(id, "{'card':{'files':{'a/b.png':'" + nowhere + "'}}}"))
                .satisfies(thrown -> assertThat(problemOf(thrown).errors())
                        .singleElement()
                        .satisfies(error -> assertThat(error.pointer()).isEqualTo("/card/files")));
    }

    @Test
    void refusedDocument_amongOthers_hindersNobody() {
        String picture = assets.put(file("picture"));
        var drafts = json("[{'name':'A'},{'name':'B','avatar':'" + "1".repeat(64) + "'},{'name':'C','avatar':'"
                + picture + "'}]");

        assertThatThrownBy(() -> personas.create(drafts, Origin.UNKNOWN))
                .satisfies(thrown -> assertThat(problemOf(thrown).errors())
                        .singleElement()
                        .satisfies(error -> assertThat(error.pointer()).isEqualTo("/1/avatar")));

        assertThat(column("SELECT id FROM personas")).isEmpty();
        assertThat(column("SELECT address FROM asset_uses")).isEmpty();
    }

    @Test
    void uses_growWithVersionsAndEndWithThePersona() {
        String first = assets.put(file("first"));
        String second = assets.put(file("second"));
        String sound = assets.put(file("sound"));
        String id = create("{'name':'Ophelia','avatar':'" + first + "'}");

        update(id, "{'avatar':'" + second + "','card':{'files':{'assets/a.ogg':'" + sound + "'}}}");
        update(id, "{'avatar':null,'card':null}");

        assertThat(usesOf(id)).containsExactlyInAnyOrder(first, second, sound);
        purge(id);
        assertThat(usesOf(id)).isEmpty();
        assertThat(stored()).isEmpty();
    }

    @Test
    void purge_ofOneOfTwoUsers_keepsWhatTheOtherUses() {
        String shared = assets.put(file("shared"));
        String own = assets.put(file("own"));
        String one = create("{'name':'A','avatar':'" + shared + "','card':{'files':{'x':'" + own + "'}}}");
        String two = create("{'name':'B','avatar':'" + shared + "'}");

        purge(one);

        assertThat(stored()).containsExactly(shared);
        assertThat(usesOf(two)).containsExactly(shared);
        purge(two);
        assertThat(stored()).isEmpty();
    }

    @Test
    void purge_ofTheLastTwoUsersAtOnce_removesTheFile() throws Exception {
        var there = new PersonaService(other);

        for (int round = 0; round < 10; round++) {
            String shared = assets.put(file("round " + round));
            String one = create("{'name':'A','avatar':'" + shared + "'}");
            String two = create("{'name':'B','avatar':'" + shared + "'}");
            var barrier = new CyclicBarrier(2);

            try (var threads = Executors.newFixedThreadPool(2)) {
                var done = threads.invokeAll(List.<Callable<Object>>of(
                        () -> {
                            barrier.await();
                            return personas.purge(one, current -> true, Origin.UNKNOWN);
                        },
                        () -> {
                            barrier.await();
                            return there.purge(two, current -> true, Origin.UNKNOWN);
                        }));
                for (var each : done) {
                    each.get();
                }
            }

            assertThat(stored()).isEmpty();
        }
    }

    @Test
    void restore_ofAVersionWithAnotherPicture_findsIt() {
        String first = assets.put(file("first"));
        String id = create("{'name':'Ophelia','avatar':'" + first + "'}");
        update(id, "{'avatar':null}");
        now = now.plus(Duration.ofDays(30));
        assets.removeUnused();

        personas.restore(id, 1, current -> true, Origin.UNKNOWN);

        assertThat(assets.get(first)).isPresent();
    }

    @Test
    void removeUnused_takesOnlyWhatNobodyUsedForADay() {
        String used = assets.put(file("used"));
        create("{'name':'Ophelia','avatar':'" + used + "'}");
        String old = assets.put(file("old"));
        String again = assets.put(file("again"));
        now = now.plus(Duration.ofHours(23));
        String young = assets.put(file("young"));
        assets.put(file("again"));
        int early = assets.removeUnused();

        now = now.plus(Duration.ofHours(2));
        int removed = assets.removeUnused();

        assertThat(early).isZero();
        assertThat(removed).isOne();
        assertThat(stored()).containsExactlyInAnyOrder(used, young, again);
        assertThat(assets.get(old)).isEmpty();
    }

    @Test
    void byHand_documentsKeepUsesToo() throws SQLException {
        String picture = assets.put(file("picture"));
        String sound = assets.put(file("sound"));

        sql("INSERT INTO personas (id, document) VALUES ('hand', '{\"name\":\"Hand\",\"avatar\":\"" + picture
                + "\"}')");
        sql("UPDATE personas SET document = '{\"name\":\"Hand\",\"card\":{\"files\":{\"a\":\"" + sound
                + "\"}}}' WHERE id = 'hand'");

        assertThat(usesOf("hand")).containsExactlyInAnyOrder(picture, sound);
        sql("DELETE FROM personas WHERE id = 'hand'");
        assertThat(stored()).isEmpty();
    }

    @Test
    void byHand_namingWhatIsNotStored_isRefused() {
        assertThatThrownBy(() -> sql(
                        "INSERT INTO personas (id, document) VALUES ('hand', '{\"name\":\"Hand\",\"avatar\":\"x\"}')"))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("not stored");
    }

    @Test
    void byHand_usedFile_cannotBeDeletedOrChanged_butItsUseCan() throws SQLException {
        String picture = assets.put(file("picture"));
        String id = create("{'name':'Ophelia','avatar':'" + picture + "'}");

        assertThatThrownBy(() -> sql("DELETE FROM assets")).isInstanceOf(SQLException.class);
        assertThatThrownBy(() -> sql("UPDATE assets SET size = 0")).isInstanceOf(SQLException.class);
        sql("DELETE FROM asset_uses WHERE address = '" + picture + "'");

        assertThat(stored()).isEmpty();
        update(id, "{'name':'still editable'}");
        assertThat(personas.get(id, new dev.mien.store.ReadMode.Strong())
                        .document()
                        .version())
                .isEqualTo(2);
    }

    @Test
    void byHand_oddFiles_doNoHarm() throws SQLException {
        sql("INSERT INTO personas (id, document) VALUES ('odd',"
                + " '{\"name\":\"Odd\",\"avatar\":null,\"card\":{\"files\":[1,null]}}')");
        sql("UPDATE personas SET document = '{\"name\":\"Odd\",\"card\":{\"files\":{\"a\":5,\"b\":null,\"c\":{}}}}'");
        sql("UPDATE personas SET document = '{\"name\":\"Odd\",\"card\":7}'");

        assertThat(column("SELECT version FROM personas")).containsExactly("3");
        assertThat(column("SELECT address FROM asset_uses")).isEmpty();
    }
}
