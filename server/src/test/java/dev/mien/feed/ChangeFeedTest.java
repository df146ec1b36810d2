package dev.mien.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.mien.api.ProblemType;
import dev.mien.api.RevisionToken;
import dev.mien.store.StoreUnavailableException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The feed over a log that can be broken in every way.
@Timeout(60)
class ChangeFeedTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final FeedConfig CONFIG =
            new FeedConfig(Duration.ofMillis(1), Duration.ofSeconds(1), Duration.ofMillis(300));

    private final FakeLog log = new FakeLog();
    private final ChangeFeed feed = new ChangeFeed(new Pages(log, log::isLost), event -> Belonging.UNKNOWN, CONFIG);

    @AfterEach
    void close() {
        feed.close();
    }

    private static RevisionToken at(long revision) {
        return new RevisionToken("first", revision);
    }

    private static List<Long> hear(Listener listener, int count) {
        var revisions = new ArrayList<Long>();
        while (revisions.size() < count) {
            listener.next(LONG).forEach(event -> revisions.add(event.revision()));
        }
        return revisions;
    }

    private static List<Long> numbers(long from, long to) {
        return java.util.stream.LongStream.rangeClosed(from, to).boxed().toList();
    }

    @Test
    void next_changesBeforeAndWhileListening_areHeardOnceInOrder() {
        log.append("a");
        log.append("b");
        try (var listener = feed.listen(at(1), Filter.ALL, false)) {
            assertThat(hear(listener, 1)).containsExactly(2L);
            for (int i = 0; i < 1_000; i++) {
                log.append("c");
            }

            assertThat(hear(listener, 1_000)).isEqualTo(numbers(3, 1_002));
        }
    }

    @Test
    void next_fartherBehindThanTheTail_readsFromTheStore() {
        try (var ahead = feed.listen(at(0), Filter.ALL, false);
                var behind = feed.listen(at(0), Filter.ALL, false)) {
            behind.stay();
            for (int i = 0; i < 10_000; i++) {
                log.append("a");
            }
            assertThat(hear(ahead, 10_000)).isEqualTo(numbers(1, 10_000));

            assertThat(hear(behind, 10_000)).isEqualTo(numbers(1, 10_000));
        }
    }

    @Test
    void next_documentsWanted_areThereAlsoWhereTheTailHasNone() {
        try (var plain = feed.listen(at(0), Filter.ALL, false)) {
            log.append("a");
            hear(plain, 1);

            try (var whole = feed.listen(at(0), Filter.ALL, true)) {
                whole.stay();
                var heard = whole.next(LONG);
                log.append("b");
                var later = whole.next(LONG);

                assertThat(heard.getFirst().document()).isNotNull();
                assertThat(later.getFirst().document()).isNotNull();
            }
        }
    }

    @Test
    void next_nothingPasses_theTokenMovesOn() {
        var filter = new Filter(Set.of(), Set.of("b"), null, null);
        try (var listener = feed.listen(at(0), filter, false)) {
            log.append("a");
            log.append("a");

            await().until(() -> {
                assertThat(listener.next(Duration.ofMillis(10))).isEmpty();
                return listener.position().equals(at(2));
            });
            log.append("b");

            assertThat(hear(listener, 1)).containsExactly(3L);
        }
    }

    @Test
    void follow_nobodyListens_readsNothing() throws Exception {
        try (var listener = feed.listen(at(0), Filter.ALL, false)) {
            log.append("a");
            hear(listener, 1);
        }
        Thread.sleep(50);
        int before = log.reads();
        log.append("b");
        Thread.sleep(50);

        assertThat(log.reads()).isEqualTo(before);
    }

    @Test
    void listen_tokenThatDoesNotFit_isRefused() {
        log.append("a");
        log.append("b");
        log.append("c");
        log.trim(2);

        assertEnds(() -> feed.listen(at(1), Filter.ALL, false), ProblemType.CHANGES_GONE);
        assertEnds(() -> feed.listen(new RevisionToken("other", 1), Filter.ALL, false), ProblemType.OTHER_HISTORY);
        assertThatThrownBy(() -> feed.listen(at(4), Filter.ALL, false)).isInstanceOf(StoreUnavailableException.class);
        feed.listen(at(2), Filter.ALL, false).close();
    }

    private static void assertEnds(org.assertj.core.api.ThrowableAssert.ThrowingCallable call, ProblemType type) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        FeedEndedException.class,
                        e -> assertThat(e.problem().type()).isEqualTo(type.uri()));
    }

    @Test
    void next_gapInTheLog_endsAndTellsNothingBehindIt() {
        try (var listener = feed.listen(at(0), Filter.ALL, false);
                var late = feed.listen(at(0), Filter.ALL, false)) {
            log.append("a");
            assertThat(hear(listener, 1)).containsExactly(1L);
            synchronized (log) {
                log.append("b");
                log.append("c");
                log.remove(2);
            }

            assertEnds(() -> hear(listener, 1), ProblemType.CHANGES_GONE);
            assertEnds(() -> hear(late, 2), ProblemType.CHANGES_GONE);
        }
    }

    @Test
    void next_newestEntryIsMissing_ends() {
        try (var listener = feed.listen(at(0), Filter.ALL, false)) {
            synchronized (log) {
                log.append("a");
                log.remove(1);
            }

            assertEnds(() -> hear(listener, 1), ProblemType.CHANGES_GONE);
        }
    }

    @Test
    void next_trimmedUnderASlowListener_ends() {
        try (var listener = feed.listen(at(0), Filter.ALL, false)) {
            for (int i = 0; i < 1_000; i++) {
                log.append("a");
            }
            log.trim(500);

            assertEnds(() -> hear(listener, 1), ProblemType.CHANGES_GONE);
        }
    }

    @Test
    void next_anotherHistoryTakesThePlace_ends() {
        log.append("a");
        try (var listener = feed.listen(at(1), Filter.ALL, false)) {
            listener.next(Duration.ofMillis(20));
            log.replace();

            assertEnds(() -> hear(listener, 1), ProblemType.OTHER_HISTORY);
        }
    }

    @Test
    void next_storeIsLost_ends() {
        try (var listener = feed.listen(at(0), Filter.ALL, false)) {
            listener.next(Duration.ofMillis(20));
            log.lose();

            assertEnds(() -> hear(listener, 1), ProblemType.OTHER_HISTORY);
        }
    }

    @Test
    void next_storeIsAwayForAWhile_nothingIsMissed() {
        try (var listener = feed.listen(at(0), Filter.ALL, false)) {
            log.append("a");
            hear(listener, 1);
            log.unreachable(true);
            await().until(() -> {
                listener.next(Duration.ofMillis(10));
                return !listener.isInTouch();
            });
            log.append("b");
            log.append("c");
            assertThat(listener.next(Duration.ofMillis(20))).isEmpty();
            log.unreachable(false);

            assertThat(hear(listener, 2)).containsExactly(2L, 3L);
            assertThat(listener.isInTouch()).isTrue();
        }
    }

    @Test
    void admit_pagesAreHeldByMany_theNextOneWaitsForRoom() throws Exception {
        log.append("a");
        var holding = new ArrayList<Listener>();
        for (int i = 0; i < 32; i++) {
            holding.add(feed.admit(at(0), Filter.ALL, false));
        }
        var late = new AtomicReference<Listener>();
        var thread = Thread.ofVirtual().start(() -> late.set(feed.admit(at(0), Filter.ALL, false)));
        await().until(() -> thread.getState() == Thread.State.WAITING);
        assertThat(late.get()).isNull();

        assertThat(hear(holding.getFirst(), 1)).containsExactly(1L);
        holding.getFirst().next(Duration.ZERO); // Asks for more, and so has done with its page.
        thread.join(LONG);

        assertThat(hear(late.get(), 1)).containsExactly(1L);
        late.get().close();
        holding.forEach(Listener::close);
    }

    @Test
    void close_listenerWaits_isWokenAndHearsNoMore() throws Exception {
        var heard = new AtomicReference<List<Event>>();
        try (var listener = feed.listen(at(0), Filter.ALL, false)) {
            var thread = Thread.ofVirtual().start(() -> heard.set(listener.next(LONG)));
            await().until(() -> thread.getState() == Thread.State.TIMED_WAITING);

            feed.close();
            thread.join(LONG);

            assertThat(heard.get()).isEmpty();
            assertThat(listener.isDraining()).isTrue();
        }
    }

    @Test
    void guardedOutput_clientTakesNothing_isCutOff() throws Exception {
        try (var server = ServerSocketChannel.open().bind(null);
                var client = SocketChannel.open(new java.net.InetSocketAddress(
                        java.net.InetAddress.getLoopbackAddress(),
                        server.socket().getLocalPort()));
                var accepted = server.accept();
                var listener = feed.listen(at(0), Filter.ALL, false)) {
            listener.stay();
            var failure = new AtomicReference<Exception>();
            var output = new AtomicReference<GuardedOutput>();
            var thread = Thread.ofVirtual().start(() -> {
                output.set(new GuardedOutput(channelOutput(accepted)));
                feed.guard(output.get());
                try {
                    while (true) {
                        output.get().write(new byte[100_000]);
                    }
                } catch (IOException e) {
                    failure.set(e);
                }
            });

            thread.join(LONG);

            assertThat(failure.get()).isNotNull();
            assertThat(output.get().wasCutOff()).isTrue();
            assertThat(client.isOpen()).isTrue();
        }
    }

    private static OutputStream channelOutput(SocketChannel channel) {
        return new ByteArrayOutputStream() {
            @Override
            public void write(byte[] bytes) throws IOException {
                var buffer = ByteBuffer.wrap(bytes);
                while (buffer.hasRemaining()) {
                    channel.write(buffer);
                }
            }
        };
    }
}
