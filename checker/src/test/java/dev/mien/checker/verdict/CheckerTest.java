package dev.mien.checker.verdict;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mien.checker.history.ChangeLog;
import dev.mien.checker.history.ChangeLog.Change;
import dev.mien.checker.history.Fault;
import dev.mien.checker.history.Fields;
import dev.mien.checker.history.FinalDocument;
import dev.mien.checker.history.FinalState;
import dev.mien.checker.history.Follower;
import dev.mien.checker.history.Header;
import dev.mien.checker.history.History;
import dev.mien.checker.history.Key;
import dev.mien.checker.history.Kind;
import dev.mien.checker.history.Operation;
import dev.mien.checker.history.Token;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// One small history for each kind of violation, and its nearest harmless neighbours. All but a few are about the
/// document `ophelia`, which [#created] makes between 0 and 10 as version 1: `bio=b1 is_active=true name=n1`.
class CheckerTest {
    private static final Key OPHELIA = new Key("personas", "ophelia");
    private static final Key HAMLET = new Key("personas", "hamlet");
    private static final long REST = 10_000;

    private long sequence;

    // Reads and versions

    @Test
    void check_readsThatFollowTheWrites_passes() {
        var verdict = check(
                created(),
                patch(20, 40, "name=n2").ok(40, 200, 1, 2),
                get(30, 50, 1, "b1", "n1"),
                get(60, 70, 2, "b1", "n2"));

        assertThat(verdict).isInstanceOf(Verdict.Passed.class);
    }

    @Test
    void check_oldVersionAfterNewOneWasAcknowledged_isStaleRead() {
        var write = patch(20, 40, "name=n2").ok(40, 200, 1, 2);
        var read = get(50, 60, 1, "b1", "n1");

        var violation = onlyViolation(created(), write, read);

        assertThat(violation.kind()).isEqualTo(ViolationKind.STALE_READ);
        assertThat(violation.operations()).containsExactly(write, read);
    }

    @Test
    void check_oldVersionAfterNewOneWasReadBeforeItsAcknowledgement_isStaleRead() {
        var write = patch(20, 90, "name=n2").ok(90, 200, 1, 2);

        assertThat(kinds(created(), write, get(30, 40, 2, "b1", "n2"), get(50, 60, 1, "b1", "n1")))
                .containsExactly(ViolationKind.STALE_READ);
    }

    @Test
    void check_listShowsAnOlderVersionThanAGet_isStaleRead() {
        var listed = invoked(Kind.LIST_ENTRY, 50).ok(60, 200, 2, 1).withSeen(fields("name=n1"));

        assertThat(kinds(created(), patch(20, 40, "name=n2").ok(40, 200, 1, 2), listed))
                .containsExactly(ViolationKind.STALE_READ);
    }

    @Test
    void check_notModifiedForAnOldVersion_isStaleRead() {
        var notModified = invoked(Kind.CONDITIONAL_GET, 50).naming(1).ok(60, 304, 2, 1);

        assertThat(kinds(created(), patch(20, 40, "name=n2").ok(40, 200, 1, 2), notModified))
                .containsExactly(ViolationKind.STALE_READ);
    }

    @Test
    void check_readEndsBeforeItsWriteBegins_isReadFromTheFuture() {
        assertThat(kinds(
                        created(),
                        get(20, 25, 2, "b1", "n2"),
                        patch(30, 40, "name=n2").ok(40, 200, 1, 2)))
                .containsExactly(ViolationKind.READ_FROM_THE_FUTURE);
    }

    @Test
    void check_writeGetsALowerVersionThanOneAlreadySeen_isVersionWentBack() {
        assertThat(kinds(
                        created(),
                        patch(20, 30, "name=n3").ok(30, 200, 1, 3),
                        patch(40, 50, "bio=b2").ok(50, 200, 1, 2)))
                .containsExactly(ViolationKind.VERSION_WENT_BACK);
    }

    @Test
    void check_twoWritesGetTheSameVersion_isVersionTwice() {
        assertThat(kinds(
                        created(),
                        patch(20, 30, "name=n2").ok(30, 200, 1, 2),
                        patch(20, 30, "name=n3").ok(30, 200, 2, 2)))
                .contains(ViolationKind.VERSION_TWICE);
    }

    @Test
    void check_deleteOfALiveDocumentNamesAnotherWritesVersion_isVersionTwice() {
        assertThat(kinds(
                        created(),
                        patch(20, 30, "name=n2").ok(30, 200, 1, 2),
                        invoked(Kind.DELETE, 20).ok(30, 200, 2, 2)))
                .containsExactly(ViolationKind.VERSION_TWICE);
    }

    @Test
    void check_deleteFindsTheDocumentDeleted_passes() {
        assertThat(kinds(
                        created(),
                        invoked(Kind.DELETE, 20).ok(30, 200, 2, 2),
                        invoked(Kind.DELETE, 40).ok(50, 200, 1, 2)))
                .isEmpty();
    }

    @Test
    void check_versionThatNobodyWrote_isVersionWithoutWriter() {
        assertThat(kinds(created(), invoked(Kind.CONDITIONAL_GET, 20).ok(30, 304, 1, 2)))
                .containsExactly(ViolationKind.VERSION_WITHOUT_WRITER);
    }

    @Test
    void check_versionBeyondAllReason_isVersionWithoutWriter() {
        assertThat(kinds(created(), invoked(Kind.CONDITIONAL_GET, 20).ok(30, 304, 1, Long.MAX_VALUE - 5)))
                .containsExactly(ViolationKind.VERSION_WITHOUT_WRITER);
    }

    @Test
    void check_onlyUnknownWriteBeganTooLate_isVersionWithoutWriter() {
        assertThat(kinds(
                        created(),
                        invoked(Kind.CONDITIONAL_GET, 20).ok(30, 304, 1, 2),
                        patch(40, 50, "name=n2").unknown(50, 0, -1)))
                .containsExactly(ViolationKind.VERSION_WITHOUT_WRITER);
    }

    // Fields

    @Test
    void check_valueThatNobodyWrote_isValueFromNowhere() {
        assertThat(kinds(created(), get(20, 30, 1, "b1", "x"))).containsExactly(ViolationKind.VALUE_FROM_NOWHERE);
    }

    @Test
    void check_valueOfAFailedWrite_isFailedWriteSeen() {
        var failed = patch(20, 30, "name=n2").failed(30, 503, 1);

        assertThat(kinds(created(), failed, get(40, 50, 1, "b1", "n2")))
                .containsExactly(ViolationKind.FAILED_WRITE_SEEN);
    }

    @Test
    void check_versionShowsAnOlderPayload_isWrongPayload() {
        assertThat(kinds(created(), patch(20, 30, "name=n2").ok(30, 200, 1, 2), get(40, 50, 2, "b1", "n1")))
                .containsExactly(ViolationKind.WRONG_PAYLOAD);
    }

    @Test
    void check_patchBringsBackAnOldFieldOfAnother_isMergeLostField() {
        var name = patch(20, 30, "name=n2").ok(30, 200, 1, 2);
        var bio = patch(20, 40, "bio=b2").ok(40, 200, 2, 3);
        var read = get(50, 60, 3, "b2", "n1");

        var violation = onlyViolation(created(), name, bio, read);

        assertThat(violation.kind()).isEqualTo(ViolationKind.MERGE_LOST_FIELD);
        assertThat(violation.operations()).contains(name, bio, read);
    }

    @Test
    void check_patchDropsAField_isMergeLostField() {
        var read = invoked(Kind.GET, 50).ok(60, 200, 1, 2).withSeen(fields("is_active=true", "name=n2"));

        assertThat(kinds(created(), patch(20, 30, "name=n2").ok(30, 200, 1, 2), read))
                .containsExactly(ViolationKind.MERGE_LOST_FIELD);
    }

    @Test
    void check_writeAnswersWithAnotherDocumentThanItMade_isWrongPayload() {
        var patch = patch(20, 30, "name=n2").ok(30, 200, 1, 2).withSeen(document("b1", "n1"));

        assertThat(kinds(created(), patch)).containsExactly(ViolationKind.WRONG_PAYLOAD);
    }

    @Test
    void check_putLeavesNothingOfTheVersionBefore_passes() {
        var put = invoked(Kind.PUT, 20)
                .writing(fields("is_active=true", "name=n2"))
                .ok(30, 200, 1, 2);
        var read = invoked(Kind.GET, 40).ok(50, 200, 1, 2).withSeen(fields("is_active=true", "name=n2"));

        assertThat(kinds(created(), put, read)).isEmpty();
    }

    // Conditions

    @Test
    void check_conditionalWriteSkipsAVersion_isConditionIgnored() {
        var write = invoked(Kind.PATCH_IF_MATCH, 40)
                .naming(1)
                .writing(fields("bio=b2"))
                .ok(50, 200, 1, 3);

        assertThat(kinds(created(), patch(20, 30, "name=n2").ok(30, 200, 1, 2), write))
                .containsExactly(ViolationKind.CONDITION_IGNORED);
    }

    @Test
    void check_refusedForTheVersionItNamed_isWronglyRefused() {
        var refused = invoked(Kind.PATCH_IF_MATCH, 20).naming(1).writing(fields("bio=b2"));

        assertThat(kinds(created(), refused.refused(30, 412, 1).withVersion(1)))
                .containsExactly(ViolationKind.WRONGLY_REFUSED);
    }

    @Test
    void check_refusalNamesAVersionThatWasReplaced_isStaleRead() {
        var refused = invoked(Kind.PATCH_IF_MATCH, 60).naming(7).writing(fields("bio=b2"));

        assertThat(kinds(
                        created(),
                        patch(20, 30, "name=n2").ok(30, 200, 1, 2),
                        refused.refused(70, 412, 1).withVersion(1)))
                .containsExactly(ViolationKind.STALE_READ);
    }

    @Test
    void check_createdOverALiveDocument_isImpossibleWrite() {
        var again = invoked(Kind.CREATE, 20).writing(document("b2", "n2")).ok(30, 201, 1, 2);

        assertThat(kinds(created(), again)).containsExactly(ViolationKind.IMPOSSIBLE_WRITE);
    }

    @Test
    void check_patchMakesTheFirstVersion_isImpossibleWrite() {
        assertThat(kinds(patch(20, 30, "name=n2").ok(30, 200, 1, 1))).containsExactly(ViolationKind.IMPOSSIBLE_WRITE);
    }

    // Absence

    @Test
    void check_absentBeforeItWasCreatedAndAfterItWasDeleted_passes() {
        assertThat(kinds(
                        invoked(Kind.GET, -5).absent(2, 404, 1),
                        created(),
                        invoked(Kind.DELETE, 20).ok(30, 200, 1, 2),
                        invoked(Kind.GET, 25).absent(28, 404, 2),
                        invoked(Kind.GET, 40).absent(50, 404, 2).withVersion(2)))
                .isEmpty();
    }

    @Test
    void check_absentWhileItWasThere_isWrongAbsence() {
        assertThat(kinds(created(), invoked(Kind.GET, 20).absent(30, 404, 1)))
                .containsExactly(ViolationKind.WRONG_ABSENCE);
    }

    @Test
    void check_absenceNamesALiveVersion_isWrongAbsence() {
        assertThat(kinds(created(), invoked(Kind.GET, 5).absent(30, 404, 1).withVersion(1)))
                .containsExactly(ViolationKind.WRONG_ABSENCE);
    }

    // Unknown writes

    @Test
    void check_unknownWriteThatWasSeen_happened() {
        var verdict = check(created(), patch(20, 30, "name=n2").unknown(30, 0, -1), get(90, 95, 2, "b1", "n2"));

        assertThat(verdict).isInstanceOf(Verdict.Passed.class);
        assertThat(verdict.strength().unknown()).isEqualTo(new Strength.Settled(1, 0, 0));
    }

    @Test
    void check_unknownWriteHiddenByALaterPatch_explainsTheGap() {
        var verdict = check(
                created(),
                patch(20, 30, "name=n2").unknown(30, 0, -1),
                patch(20, 30, "name=n9").unknown(30, 0, -1),
                patch(40, 50, "name=n3").ok(50, 200, 1, 3),
                get(60, 70, 3, "b1", "n3"));

        assertThat(verdict).isInstanceOf(Verdict.Passed.class);
        assertThat(verdict.strength().unknown()).isEqualTo(new Strength.Settled(0, 0, 2));
    }

    @Test
    void check_gapThatTheOnlyUnknownWriteCannotExplain_isNoExplanation() {
        var violation = onlyViolation(
                created(),
                patch(20, 30, "bio=b2").unknown(30, 0, -1),
                patch(40, 50, "name=n3").ok(50, 200, 1, 3),
                get(60, 70, 3, "b1", "n3"));

        assertThat(violation.kind()).isEqualTo(ViolationKind.NO_EXPLANATION);
        assertThat(violation.operations()).hasSizeBetween(2, 4);
    }

    @Test
    void check_unknownWriteShowsAndVanishes_isReported() {
        assertThat(kinds(
                        created(),
                        patch(20, 30, "name=n2").unknown(30, 0, -1),
                        get(40, 50, 2, "b1", "n2"),
                        get(60, 70, 1, "b1", "n1")))
                .containsExactly(ViolationKind.STALE_READ);
    }

    @Test
    void check_unknownWriteAbsentAtRest_didNotHappen() {
        var operations = List.of(created(), patch(20, 30, "name=n2").unknown(30, 0, -1));

        var verdict = check(operations, atRest(document(1, "b1", "n1")));

        assertThat(verdict.strength().unknown()).isEqualTo(new Strength.Settled(0, 1, 0));
    }

    @Test
    void check_absentWhileADeleteIsUnanswered_passes() {
        assertThat(kinds(
                        created(),
                        invoked(Kind.DELETE, 20).unknown(100, 0, -1),
                        invoked(Kind.GET, 30).absent(40, 404, 1)))
                .isEmpty();
    }

    @Test
    void check_absentBeforeTheUnansweredDeleteBegan_isWrongAbsence() {
        assertThat(kinds(
                        created(),
                        invoked(Kind.GET, 15).absent(18, 404, 1),
                        invoked(Kind.DELETE, 20).unknown(100, 0, -1)))
                .containsExactly(ViolationKind.WRONG_ABSENCE);
    }

    @Test
    void check_unansweredDeleteNamesAVersionThatOnlyAnUnansweredPatchCanMake_passes() {
        var delete = invoked(Kind.DELETE, 20).naming(2).unknown(30, 0, -1);
        var absent = invoked(Kind.GET, 60).absent(70, 404, 1);

        assertThat(kinds(created(), delete, absent)).containsExactly(ViolationKind.WRONG_ABSENCE);
        assertThat(kinds(created(), delete, patch(20, 30, "bio=b2").unknown(30, 0, -1), absent))
                .isEmpty();
    }

    @Test
    void check_manyUnansweredWritesOfOneDocument_areSortedOut() {
        var operations = new ArrayList<Operation>();
        operations.add(created());
        for (int i = 0; i < 40; i++) {
            operations.add(patch(20 + i, 30 + i, (i % 2 == 0 ? "name=n" : "bio=b") + (100 + i))
                    .unknown(100, 0, -1));
        }
        operations.add(get(200, 210, 36, "b121", "n110"));
        operations.add(patch(220, 230, "name=n500").ok(230, 200, 0, 37));
        operations.add(get(240, 250, 37, "b121", "n500"));

        assertThat(check(operations, null)).isInstanceOf(Verdict.Passed.class);
    }

    @Test
    void check_searchGivesUp_isVoid() {
        var checker = new Checker(new CheckConfig(0, 1));
        var operations = List.of(
                created(),
                patch(20, 30, "name=n2").unknown(30, 0, -1),
                patch(20, 30, "name=n3").unknown(30, 0, -1),
                get(90, 95, 3, "b1", "n2"));

        var verdict = checker.check(history(operations, null));

        assertThat(verdict).isInstanceOf(Verdict.VoidRun.class);
        assertThat(verdict.strength().undecidedKeys()).isEqualTo(1);
    }

    // At rest

    @Test
    void check_restShowsTheLastWrite_passes() {
        var operations = List.of(created(), patch(20, 30, "name=n2").ok(30, 200, 1, 2));

        assertThat(kinds(operations, atRest(document(2, "b1", "n2")))).isEmpty();
    }

    @Test
    void check_restShowsAnOlderVersion_isLostWrite() {
        var operations = List.of(created(), patch(20, 30, "name=n2").ok(30, 200, 1, 2));

        assertThat(kinds(operations, atRest(document(1, "b1", "n1")))).containsExactly(ViolationKind.LOST_WRITE);
    }

    @Test
    void check_restDeniesTheDocument_isLostWrite() {
        var gone = new FinalDocument(0, OPHELIA, 0, 0, Fields.NONE);

        assertThat(kinds(List.of(created()), atRest(gone))).containsExactly(ViolationKind.LOST_WRITE);
    }

    @Test
    void check_restHasNothingOfTheDocument_isLostWrite() {
        assertThat(kinds(List.of(created()), atRest())).containsExactly(ViolationKind.LOST_WRITE);
    }

    @Test
    void check_restShowsAnotherPayloadThanTheReplay_isReported() {
        var operations = List.of(created(), patch(20, 30, "name=n2").ok(30, 200, 1, 2));

        assertThat(kinds(operations, atRest(document(2, "b1", "n1")))).containsExactly(ViolationKind.WRONG_PAYLOAD);
    }

    @Test
    void check_workersShowDifferentStates_isWorkersDisagree() {
        var operations = List.of(created(), patch(20, 30, "name=n2").unknown(30, 0, -1));
        var state = atRest(document(2, "b1", "n2"), new FinalDocument(1, OPHELIA, 1, 0, document("b1", "n1")));

        assertThat(kinds(operations, state)).contains(ViolationKind.WORKERS_DISAGREE);
    }

    // Tokens and revisions

    @Test
    void check_tokenOlderThanOneReceivedBefore_isTokenWentBack() {
        var first = created().withToken(new Token("a", 7));
        var second = of(HAMLET, Kind.GET, 20).absent(30, 404, 1).withToken(new Token("a", 6));

        var violation = onlyViolation(first, second);

        assertThat(violation.kind()).isEqualTo(ViolationKind.TOKEN_WENT_BACK);
        assertThat(violation.operations()).containsExactly(first, second);
    }

    @Test
    void check_olderTokenInAnOverlappingAnswer_passes() {
        assertThat(kinds(
                        created().withToken(new Token("a", 7)),
                        of(HAMLET, Kind.GET, 5).absent(30, 404, 1).withToken(new Token("a", 6))))
                .isEmpty();
    }

    @Test
    void check_tokensOfTwoIncarnations_areNotCompared() {
        assertThat(kinds(
                        created().withToken(new Token("a", 7)),
                        of(HAMLET, Kind.GET, 40).absent(50, 404, 1).withToken(new Token("b", 1))))
                .isEmpty();
    }

    @Test
    void check_writeLostWithItsIncarnation_isFound() {
        var created = created().withToken(new Token("a", 1));
        var lost = patch(20, 30, "name=n2").ok(30, 200, 1, 2).withToken(new Token("a", 2));

        assertThat(kinds(created, lost, get(40, 50, 1, "b1", "n1").withToken(new Token("b", 1))))
                .containsExactly(ViolationKind.STALE_READ);
        assertThat(kinds(
                        created,
                        lost,
                        patch(40, 50, "name=n3").ok(50, 200, 1, 2).withToken(new Token("b", 2))))
                .contains(ViolationKind.VERSION_TWICE);
    }

    @Test
    void check_incarnationThatWasReplacedAnswersAgain_isHistoryCameBack() {
        var first = of(HAMLET, Kind.GET, 0).absent(10, 404, 1).withToken(new Token("a", 1));
        var second = of(HAMLET, Kind.GET, 20).absent(30, 404, 1).withToken(new Token("b", 1));
        var back = of(HAMLET, Kind.GET, 40).absent(50, 404, 1).withToken(new Token("a", 1));

        var violation = onlyViolation(first, second, back);

        assertThat(violation.kind()).isEqualTo(ViolationKind.HISTORY_CAME_BACK);
        assertThat(violation.operations()).containsExactly(second, back);
    }

    @Test
    void check_incarnationThatWasReplacedAnswersWhatItWasAskedBefore_passes() {
        assertThat(kinds(
                        of(HAMLET, Kind.GET, 0).absent(10, 404, 1).withToken(new Token("a", 1)),
                        of(HAMLET, Kind.GET, 20).absent(30, 404, 1).withToken(new Token("b", 1)),
                        of(HAMLET, Kind.GET, 25).absent(50, 404, 1).withToken(new Token("a", 1))))
                .isEmpty();
    }

    @Test
    void check_refusalOfAVersionThatAnotherIncarnationShowed_passes() {
        var refused = invoked(Kind.PATCH_IF_MATCH, 20).naming(1).writing(fields("bio=b2"));

        assertThat(kinds(
                        created().withToken(new Token("a", 1)),
                        refused.refused(30, 412, 1).withVersion(1).withToken(new Token("b", 1))))
                .isEmpty();
    }

    @Test
    void check_tokenDoesNotCoverTheRevisionShown_isTokenTooOld() {
        assertThat(kinds(created().withRevision(8).withToken(new Token("a", 7))))
                .containsExactly(ViolationKind.TOKEN_TOO_OLD);
    }

    @Test
    void check_revisionsFallWhileVersionsRise_isRevisionOutOfOrder() {
        assertThat(kinds(
                        created().withRevision(8),
                        patch(5, 30, "name=n2").ok(30, 200, 1, 2).withRevision(7)))
                .containsExactly(ViolationKind.REVISION_OUT_OF_ORDER);
    }

    @Test
    void check_oneVersionWithTwoRevisions_isRevisionOutOfOrder() {
        assertThat(kinds(created().withRevision(8), get(5, 20, 1, "b1", "n1").withRevision(9)))
                .containsExactly(ViolationKind.REVISION_OUT_OF_ORDER);
    }

    @Test
    void check_twoDocumentsGetTheSameRevision_isRevisionTwice() {
        var other = of(HAMLET, Kind.CREATE, 0).writing(fields("name=h1")).ok(10, 201, 1, 1);

        assertThat(kinds(
                        created().withRevision(7).withToken(new Token("a", 7)),
                        other.withRevision(7).withToken(new Token("a", 7))))
                .containsExactly(ViolationKind.REVISION_TWICE);
    }

    // The change log

    @Test
    void check_logTellsTheSameStory_passes() {
        assertThat(logged(2, change(1, 1), change(2, 2))).isEmpty();
    }

    @Test
    void check_logLacksARevision_isLogGap() {
        assertThat(logged(3, change(1, 1), change(3, 2))).containsExactly(ViolationKind.LOG_GAP);
        assertThat(logged(3, change(1, 1), change(2, 2))).containsExactly(ViolationKind.LOG_GAP);
    }

    @Test
    void check_logHasARevisionTwice_isLogRepeats() {
        assertThat(logged(2, change(1, 1), change(1, 1), change(2, 2))).containsExactly(ViolationKind.LOG_REPEATS);
    }

    @Test
    void check_logEndsBeforeTheAcknowledgedRevision_isLostWrite() {
        assertThat(logged(1, change(1, 1))).contains(ViolationKind.LOST_WRITE, ViolationKind.LOG_DISAGREES);
    }

    @Test
    void check_logHasAnotherDocumentThere_isLogDisagrees() {
        assertThat(logged(2, change(1, 1), new Change(2, HAMLET, 1, "insert")))
                .containsOnly(ViolationKind.LOG_DISAGREES);
    }

    /// The kinds of violation when the creation got revision 1, a patch revision 2, and this is the log.
    private List<ViolationKind> logged(long head, Change... changes) {
        var operations = List.of(
                created().withRevision(1).withToken(new Token("a", 1)),
                patch(20, 30, "name=n2").ok(30, 200, 1, 2).withRevision(2).withToken(new Token("a", 2)));
        var rest = new FinalDocument(0, OPHELIA, 2, 2, document("b1", "n2"));
        return kinds(operations, new FinalState(REST, List.of(rest), new ChangeLog("a", 0, head, List.of(changes))));
    }

    private static Change change(long revision, long version) {
        return new Change(revision, OPHELIA, version, "update");
    }

    // Versions of the past

    @Test
    void check_oldVersionReadLate_isFine() {
        assertThat(kinds(
                        created(),
                        patch(20, 30, "name=n2").ok(30, 200, 1, 2),
                        invoked(Kind.VERSION, 40).naming(1).ok(50, 200, 1, 1).withSeen(document("b1", "n1")),
                        invoked(Kind.VERSION, 60).ok(70, 200, 1, 1).withSeen(document("b1", "n1"))))
                .isEmpty();
    }

    @Test
    void check_oldVersionWithOtherFields_isWrong() {
        assertThat(kinds(
                        created(),
                        patch(20, 30, "name=n2").ok(30, 200, 1, 2),
                        invoked(Kind.VERSION, 40).naming(1).ok(50, 200, 1, 1).withSeen(document("b1", "n2"))))
                .containsExactly(ViolationKind.WRONG_PAYLOAD);
    }

    @Test
    void check_anotherVersionThanAskedFor_isWrong() {
        assertThat(kinds(
                        created(),
                        patch(20, 30, "name=n2").ok(30, 200, 1, 2),
                        invoked(Kind.VERSION, 40).naming(2).ok(50, 200, 1, 1).withSeen(document("b1", "n1"))))
                .containsExactly(ViolationKind.OTHER_VERSION);
    }

    @Test
    void check_oldVersionThatIsMissing_isWrong() {
        assertThat(kinds(created(), invoked(Kind.VERSION, 40).naming(1).absent(50, 404, 1)))
                .containsExactly(ViolationKind.WRONG_ABSENCE);
    }

    @Test
    void check_versionNotMadeYet_mayBeMissing() {
        assertThat(kinds(
                        created(),
                        invoked(Kind.VERSION, 15).naming(2).absent(40, 404, 1),
                        patch(20, 30, "name=n2").ok(30, 200, 1, 2)))
                .isEmpty();
    }

    @Test
    void check_versionSeenBeforeItsWrite_isFromTheFuture() {
        assertThat(kinds(
                        created(),
                        invoked(Kind.VERSION, 12).ok(15, 200, 1, 2).withSeen(document("b1", "n2")),
                        patch(20, 30, "name=n2").ok(30, 200, 1, 2)))
                .containsExactly(ViolationKind.READ_FROM_THE_FUTURE);
    }

    @Test
    void check_oldReadAfterNewerVersionWasToldOfByTheFeed_isStale() {
        assertThat(kinds(
                        created(),
                        patch(20, 90, "name=n2").ok(90, 200, 1, 2),
                        change(Kind.CHANGE_TOLD, 30, 2, 2),
                        get(40, 50, 1, "b1", "n1")))
                .containsExactly(ViolationKind.STALE_READ);
    }

    @Test
    void check_restoredValuesAndRefusedRestore_areNoFailedWriteSeen() {
        assertThat(kinds(
                        created(),
                        patch(20, 30, "name=n2").ok(30, 200, 1, 2),
                        invoked(Kind.RESTORE, 35)
                                .naming(1)
                                .writing(document("b1", "n1"))
                                .refused(38, 412, 1),
                        invoked(Kind.RESTORE, 40)
                                .naming(2)
                                .writing(document("b1", "n1"))
                                .ok(50, 200, 1, 3),
                        get(60, 70, 3, "b1", "n1")))
                .isEmpty();
    }

    @Test
    void check_restoreOfUnknownOutcome_explainsWhatCameBack() {
        assertThat(kinds(
                        created(),
                        patch(20, 30, "name=n2").ok(30, 200, 1, 2),
                        invoked(Kind.RESTORE, 40)
                                .naming(2)
                                .writing(document("b1", "n1"))
                                .unknown(50, 0, -1),
                        get(60, 70, 3, "b1", "n1")))
                .isEmpty();
    }

    // The feed

    @Test
    void check_feedWithoutGap_isFine() {
        assertThat(followed(
                        new Token("a", 2), change(Kind.CHANGE_LISTED, 12, 1, 1), change(Kind.CHANGE_LISTED, 40, 2, 2)))
                .isEmpty();
    }

    @Test
    void check_feedThatLeavesOutAChange_hasAGap() {
        assertThat(followed(
                        new Token("a", 3), change(Kind.CHANGE_LISTED, 12, 1, 1), change(Kind.CHANGE_LISTED, 40, 3, 2)))
                .contains(ViolationKind.FEED_GAP);
    }

    @Test
    void check_feedThatTellsAChangeAgain_repeats() {
        assertThat(followed(
                        new Token("a", 2),
                        change(Kind.CHANGE_TOLD, 12, 1, 1),
                        change(Kind.CHANGE_TOLD, 40, 2, 2),
                        change(Kind.CHANGE_TOLD, 42, 2, 2)))
                .containsExactly(ViolationKind.FEED_REPEATS);
    }

    @Test
    void check_feedThatEndsBeforeAnAcknowledgedWrite_hasAGap() {
        assertThat(followed(new Token("a", 1), change(Kind.CHANGE_LISTED, 12, 1, 1)))
                .containsExactly(ViolationKind.FEED_GAP);
    }

    @Test
    void check_feedThatEndsBehindWhatItTold_hasAGap() {
        assertThat(followed(new Token("a", 2), change(Kind.CHANGE_LISTED, 12, 1, 1)))
                .containsExactly(ViolationKind.FEED_GAP);
    }

    @Test
    void check_pageOfTheFeedWithAnOldToken_wentBack() {
        var listed = change(Kind.CHANGE_LISTED, 40, 1, 1);

        assertThat(followed(new Token("a", 2), listed, change(Kind.CHANGE_LISTED, 50, 2, 2)))
                .containsExactly(ViolationKind.TOKEN_WENT_BACK);
    }

    @Test
    void check_changesOfDocumentsThatNobodyWorkedOn_areSomebodyElses() {
        var other = of(new Key("personas", "laertes"), Kind.CHANGE_TOLD, 5)
                .ok(5, 200, 1, 9)
                .withRevision(1)
                .withToken(new Token("a", 1));

        assertThat(kinds(List.of(other), null)).isEmpty();
    }

    /// The kinds of violation when a patch got revision 2 and a follower heard this.
    private List<ViolationKind> followed(Token end, Operation... changes) {
        var operations = new ArrayList<>(List.of(changes));
        operations.add(created().withRevision(1).withToken(new Token("a", 1)));
        operations.add(
                patch(20, 30, "name=n2").ok(30, 200, 1, 2).withRevision(2).withToken(new Token("a", 2)));
        var rest = new FinalDocument(0, OPHELIA, 2, 2, document("b1", "n2"));
        return kinds(operations, new FinalState(REST, List.of(rest), null, List.of(new Follower(0, end))));
    }

    private Operation change(Kind kind, long start, long revision, long version) {
        return invoked(kind, start)
                .ok(start + 1, 200, 1, version)
                .withRevision(revision)
                .withToken(new Token("a", revision));
    }

    // The verdict itself

    @Test
    void check_fewerOverlapsThanAsked_isVoid() {
        var checker = new Checker(new CheckConfig(2, 100));
        var operations = List.of(created(), get(5, 15, 1, "b1", "n1"), get(20, 30, 1, "b1", "n1"));

        assertThat(checker.check(history(operations, null))).isInstanceOf(Verdict.VoidRun.class);
    }

    @Test
    void check_anyHistory_measuresItsStrength() {
        var operations = List.of(
                created(),
                get(5, 15, 1, "b1", "n1"),
                invoked(Kind.GET, 20).ok(30, 200, 3, 1),
                invoked(Kind.GET, 40).unknown(140, 0, -1),
                patch(40, 60, "name=n2").failed(60, 503, 1));
        var faults = List.of(new Fault("kill", 30, 1), new Fault("pause", 31, 2), new Fault("kill", 32, 2));

        var strength = new Checker(new CheckConfig(0, 100))
                .check(new History(new Header(7, Map.of()), operations, faults, null))
                .strength();

        assertThat(strength)
                .isEqualTo(new Strength(
                        5,
                        2,
                        1,
                        1,
                        1,
                        Strength.Settled.NONE,
                        Map.of("kill", 2L, "pause", 1L),
                        Duration.ofNanos(110),
                        0,
                        0));
    }

    @Test
    void check_thousandsOfStaleReads_countsAllAndKeepsAFew() {
        var operations = new ArrayList<Operation>();
        operations.add(created());
        operations.add(patch(20, 30, "name=n2").ok(30, 200, 1, 2));
        for (int i = 0; i < 5_000; i++) {
            operations.add(get(40 + i, 50 + i, 1, "b1", "n1"));
        }

        var verdict = (Verdict.Failed) check(operations, null);

        assertThat(verdict.counts()).isEqualTo(Map.of(ViolationKind.STALE_READ, 5_000L));
        assertThat(verdict.violations()).hasSize(10);
    }

    @Test
    void render_staleRead_drawsWhatHappenedWhen() {
        var write = patch(2_000_000, 5_000_000, "name=n2").ok(5_000_000, 200, 1, 2);
        var lost = patch(6_000_000, 6_500_000, "bio=b2").unknown(6_500_000, 0, -1);
        var read = get(7_000_000, 8_000_000, 1, "b1", "n1");

        var text = new Violation(ViolationKind.STALE_READ, OPHELIA, "Version 1 came back.", List.of(read, write, lost))
                .render();

        assertThat(text).isEqualTo("""
                STALE_READ  personas/ophelia
                  A read returned a version older than one that somebody had already been answered with before it began.
                  Version 1 came back.
                  [=============================]                                   0.000 to     3.000 ms  client 0  worker 1  PATCH -> 200 version 2, wrote name=n2
                                                         [===================>      4.000 to     4.500 ms  client 0  worker ?  PATCH -> unknown no version, wrote bio=b2
                                                                   [=========]      5.000 to     6.000 ms  client 0  worker 1  GET -> 200 version 1, saw bio=b1 is_active=true name=n1
                """);
    }

    // The words of these stories

    private Operation created() {
        return invoked(Kind.CREATE, 0).writing(document("b1", "n1")).ok(10, 201, 0, 1);
    }

    private Operation patch(long start, long end, String... fields) {
        assertThat(end).isGreaterThanOrEqualTo(start);
        return invoked(Kind.PATCH, start).writing(fields(fields));
    }

    private Operation get(long start, long end, long version, String bio, String name) {
        return invoked(Kind.GET, start).ok(end, 200, 1, version).withSeen(document(bio, name));
    }

    private Operation invoked(Kind kind, long start) {
        return of(OPHELIA, kind, start);
    }

    private Operation of(Key key, Kind kind, long start) {
        return Operation.invoked(0, ++sequence, kind, key, start);
    }

    private static Fields document(String bio, String name) {
        return fields("bio=" + bio, "is_active=true", "name=" + name);
    }

    private static FinalDocument document(long version, String bio, String name) {
        return new FinalDocument(0, OPHELIA, version, 0, document(bio, name));
    }

    private static Fields fields(String... pairs) {
        var map = new TreeMap<String, String>();
        for (var pair : pairs) {
            int equals = pair.indexOf('=');
            map.put(pair.substring(0, equals), pair.substring(equals + 1));
        }
        return Fields.of(map);
    }

    private static FinalState atRest(FinalDocument... documents) {
        return new FinalState(REST, Arrays.asList(documents), null);
    }

    private static History history(List<Operation> operations, FinalState state) {
        return new History(new Header(1, Map.of()), operations, List.of(), state);
    }

    private static Verdict check(Operation... operations) {
        return check(Arrays.asList(operations), null);
    }

    private static Verdict check(List<Operation> operations, FinalState state) {
        return new Checker(new CheckConfig(0, 10_000)).check(history(operations, state));
    }

    private static List<ViolationKind> kinds(Operation... operations) {
        return kinds(Arrays.asList(operations), null);
    }

    private static List<ViolationKind> kinds(List<Operation> operations, FinalState state) {
        return switch (check(operations, state)) {
            case Verdict.Failed failed ->
                failed.violations().stream().map(Violation::kind).toList();
            case Verdict.Passed passed -> List.of();
            case Verdict.VoidRun undecided -> throw new AssertionError(undecided.reason());
        };
    }

    private static Violation onlyViolation(Operation... operations) {
        var verdict = (Verdict.Failed) check(operations);
        assertThat(verdict.violations()).hasSize(1);
        return verdict.violations().getFirst();
    }
}
