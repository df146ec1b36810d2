package dev.mien.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/// What is observed of each way, and that `docs/stale-session.md` says the same.
class StaleSessionTest {
    private static final Path PAGE = Path.of("../../docs/stale-session.md");
    private static final Path RESULT = Path.of("../results/stale-session/README.md");

    private static Database database;
    private static List<Observation> observations;
    private static Map<Way, Observation> byWay;

    @BeforeAll
    static void observe(@TempDir Path directory) {
        database = new Database(directory);
        database.fill(Observer.personas());
        try (var neighbour = new Neighbour(directory)) {
            observations = new Observer(database, neighbour).observeAll();
        }
        byWay = observations.stream().collect(Collectors.toMap(Observation::way, Function.identity()));
    }

    @AfterAll
    static void close() {
        database.close();
    }

    @Test
    void bulkStatement_committed_sameSessionStillGivesTheOldName() {
        try (var services = new BulkStatement(database)) {
            var held = services.persona(Database.persona(Observer.personas()));

            var answer = services.renamePersona(held.id(), "new");

            assertThat(answer).isSameAs(held);
            assertThat(answer.name()).isEqualTo(Database.OLD);
            try (var fresh = new BulkStatement(database)) {
                assertThat(fresh.persona(held.id()).name()).isEqualTo("new");
            }
        }
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "BULK_STATEMENT")
    void remedy_inForce_answersWithTheNewName(Way way) {
        var observed = byWay.get(way);

        assertThat(observed.answer()).isEqualTo("fresh");
        assertThat(observed.answerOfUser()).isEqualTo("fresh");
    }

    @ParameterizedTest
    @EnumSource
    void sessionOpenedAfterTheCommit_anyWay_readsTheNewName(Way way) {
        var observed = byWay.get(way);

        assertThat(observed.newSession()).isEqualTo("fresh");
        assertThat(observed.newSessionElsewhere()).isEqualTo("fresh");
    }

    @ParameterizedTest
    @EnumSource
    void remedy_forgottenInOneMethod_helpsOnlyWhereItIsInOnePlace(Way way) {
        boolean inOnePlace = switch (way) {
            case CLEAR_ON_EVERY_COMMIT, NEW_SESSION_AFTER_COMMIT -> true;
            case WITHOUT_IDENTITY_MAP, EDIT_THAT_ANSWERS, MIEN_STORE -> true;
            default -> false;
        };

        assertThat(byWay.get(way).forgotten()).isEqualTo(inOnePlace ? "fresh" : "**stale**");
    }

    @ParameterizedTest
    @EnumSource(names = {"WITHOUT_IDENTITY_MAP", "EDIT_THAT_ANSWERS", "MIEN_STORE"})
    void olderSession_withoutIdentityMap_readsTheNewName(Way way) {
        var observed = byWay.get(way);

        assertThat(observed.olderSession()).isEqualTo("fresh");
        assertThat(observed.olderSessionElsewhere()).isEqualTo("fresh");
    }

    @Test
    void page_tablesOfWhatWasObserved_areThoseOfTheCode() throws IOException {
        String page = Files.readString(PAGE);

        assertThat(page).contains(Report.readers(observations));
        assertThat(page).contains(Report.rest(observations));
        assertThat(page).contains(Report.statements(observations));
    }

    @Test
    void page_tableOfTimes_isThatOfTheRunItNames() throws IOException {
        String result = Files.readString(RESULT);
        String head = "| | 1 | 100 | 10,000 |\n";

        String times = result.substring(result.indexOf(head), result.indexOf("\n\nEvery time"));

        assertThat(times).hasLineCount(2 + Way.values().length);
        assertThat(Files.readString(PAGE)).contains(times);
    }
}
