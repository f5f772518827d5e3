package org.qkdmesh.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.qkdmesh.store.Rows.A_TO_B;
import static org.qkdmesh.store.Rows.id;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.NodeClock;
import org.qkdmesh.model.Refusal;

/** Many callers at once: they share commits, and nothing else. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class GroupCommitTest {

    private static final int THREADS = 32;
    private static final long LATER = Long.MAX_VALUE;

    /** Gives each batch a moment of its own, since the writer asks once for each. */
    private static final class StepClock implements NodeClock {
        private final AtomicLong millis = new AtomicLong();

        @Override
        public long monotonicMillis() {
            return millis.incrementAndGet();
        }

        @Override
        public Instant wall() {
            return Instant.EPOCH;
        }
    }

    @TempDir
    Path data;

    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS + 1);
    private SqliteStore store;

    @BeforeEach
    void open() {
        open(60_000);
    }

    private void open(long patienceMillis) {
        store = SqliteStore.open(
                data,
                Optional.empty(),
                new StepClock(),
                EventLog.silent(),
                new SqliteStore.Limits(patienceMillis, 1 << 28, Long.MAX_VALUE));
    }

    @AfterEach
    void close() {
        threads.shutdownNow();
        store.close();
    }

    /** Keeps the writer busy, so that others have to wait for the next batch, until the latch is opened. */
    private CountDownLatch holdWriter() {
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch hold = new CountDownLatch(1);
        threads.submit(() -> store.transact(tx -> {
            started.countDown();
            return await(hold);
        }));
        await(started);
        return hold;
    }

    private static boolean await(CountDownLatch latch) {
        try {
            return latch.await(60, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void awaitQueued(int count) {
        Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> store.queueLength() == count);
    }

    private long putKey(int number) {
        return store.transact(tx -> {
            tx.putKey(Rows.key(number, A_TO_B, 0, LATER));
            return tx.now();
        });
    }

    @Test
    void thoseWhoWaitTogether_areCommittedTogether_andOnesExceptionIsItsOwn() throws Exception {
        CountDownLatch hold = holdWriter();
        List<Future<Long>> puts = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            int number = i;
            puts.add(threads.submit(() -> {
                if (number % 4 != 0) {
                    return putKey(number);
                }
                return store.transact(tx -> {
                    tx.putKey(Rows.key(number, A_TO_B, 0, LATER));
                    throw Refusal.badRequest("not " + number);
                });
            }));
        }
        awaitQueued(THREADS);
        hold.countDown();
        Set<Long> batches = ConcurrentHashMap.newKeySet();
        for (int i = 0; i < THREADS; i++) {
            if (i % 4 != 0) {
                batches.add(puts.get(i).get());
            } else {
                assertThatThrownBy(puts.get(i)::get)
                        .isInstanceOf(ExecutionException.class)
                        .cause()
                        .isInstanceOf(Refusal.class)
                        .hasMessage("not " + i);
            }
        }
        assertThat(batches).hasSize(1);
        for (int i = 0; i < THREADS; i++) {
            int number = i;
            boolean found = store.transact(tx -> tx.hasKey(id(number)));
            assertThat(found).isEqualTo(i % 4 != 0);
        }
    }

    @Test
    void manyThreads_eachSeeTheirOwnWrites_andAllIsThereAfterAReopening() throws Exception {
        int rounds = 50;
        List<Future<?>> all = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            int first = i * rounds;
            all.add(threads.submit(() -> {
                for (int number = first; number < first + rounds; number++) {
                    putKey(number);
                    int stored = number;
                    boolean found =
                            store.transact(tx -> tx.key(id(stored), Rows.B).isPresent());
                    assertThat(found).isTrue();
                }
            }));
        }
        for (Future<?> one : all) {
            one.get();
        }
        store.close();
        open();
        int count = store.transact(StoreTransaction::countKeys);
        assertThat(count).isEqualTo(THREADS * rounds);
    }

    @Test
    void transactionsOfManyThreads_areSerializable() throws Exception {
        int rounds = 30;
        List<Future<?>> all = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            all.add(threads.submit(() -> {
                for (int round = 0; round < rounds; round++) {
                    store.transact(tx -> {
                        long number =
                                tx.sequence(Rows.TN_1).map(Sequence::number).orElse(0L);
                        tx.putSequence(new Sequence(Rows.TN_1, number + 1, 0, ""));
                        return null;
                    });
                }
            }));
        }
        for (Future<?> one : all) {
            one.get();
        }
        long sum = store.transact(
                tx -> tx.sequence(Rows.TN_1).map(Sequence::number).orElseThrow());
        assertThat(sum).isEqualTo(THREADS * rounds);
    }

    @Test
    void workThatIsNotBegunInTime_isAFailureOfKnownOutcome_andNeverRuns() {
        store.close();
        open(200);
        CountDownLatch hold = holdWriter();
        AtomicBoolean ran = new AtomicBoolean();
        assertThatThrownBy(() -> store.transact(tx -> {
                    ran.set(true);
                    return null;
                }))
                .isInstanceOfSatisfying(
                        StoreFailure.class, e -> assertThat(e.isOutcomeKnown()).isTrue());
        assertThat(store.queueLength()).isZero();
        hold.countDown();
        store.close();
        assertThat(ran).isFalse();
    }

    @Test
    void workThatTakesTooLong_isAFailureOfUnknownOutcome() {
        store.close();
        open(200);
        CountDownLatch hold = new CountDownLatch(1);
        assertThatThrownBy(() -> store.transact(tx -> await(hold)))
                .isInstanceOfSatisfying(
                        StoreFailure.class, e -> assertThat(e.isOutcomeKnown()).isFalse());
        hold.countDown();
    }

    @Test
    void interruptedCaller_getsItsResult_andStaysInterrupted() throws Exception {
        CountDownLatch hold = holdWriter();
        AtomicBoolean stayed = new AtomicBoolean();
        Thread caller = new Thread(() -> {
            putKey(1);
            stayed.set(Thread.interrupted());
        });
        caller.start();
        awaitQueued(1);
        caller.interrupt();
        hold.countDown();
        caller.join(60_000);
        assertThat(stayed).isTrue();
        boolean found = store.transact(tx -> tx.hasKey(id(1)));
        assertThat(found).isTrue();
    }

    @Test
    void close_endsWhatWasBegun() throws Exception {
        CountDownLatch hold = holdWriter();
        Future<Long> put = threads.submit(() -> putKey(1));
        awaitQueued(1);
        Future<?> closing = threads.submit(store::close);
        hold.countDown();
        closing.get();
        assertThat(put.get()).isPositive();
        open();
        boolean found = store.transact(tx -> tx.hasKey(id(1)));
        assertThat(found).isTrue();
    }
}
