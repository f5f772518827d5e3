package org.qkdmesh.transport;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.qkdmesh.transport.Concern.Admission;

class ConcernTest {

    @Test
    void submit_neverRunsMoreThanAllowed_andLosesNothing() {
        AtomicInteger now = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        AtomicInteger done = new AtomicInteger();
        try (Concern concern = new Concern("test", 3, 1000)) {
            for (int i = 0; i < 500; i++) {
                assertThat(concern.submit(
                                "sae-" + i % 7,
                                () -> {
                                    most.accumulateAndGet(now.incrementAndGet(), Math::max);
                                    Thread.yield();
                                    now.decrementAndGet();
                                    done.incrementAndGet();
                                },
                                () -> {}))
                        .isNotEqualTo(Admission.REFUSED);
            }
            await().atMost(60, SECONDS).until(() -> done.get() == 500);
            await().atMost(60, SECONDS).until(() -> concern.running() == 0);
            assertThat(most.get()).isBetween(1, 3);
            assertThat(concern.waiting()).isZero();
        }
    }

    @Test
    void submit_beyondRunningAndWaiting_isRefused_andTheWaitingRunInOrder() {
        CountDownLatch gate = new CountDownLatch(1);
        List<String> order = new CopyOnWriteArrayList<>();
        try (Concern concern = new Concern("test", 1, 2)) {
            assertThat(submit(concern, () -> hold(gate))).isEqualTo(Admission.STARTED);
            assertThat(submit(concern, () -> order.add("first"))).isEqualTo(Admission.WAITING);
            assertThat(submit(concern, () -> order.add("second"))).isEqualTo(Admission.WAITING);
            assertThat(submit(concern, () -> order.add("third"))).isEqualTo(Admission.REFUSED);
            gate.countDown();
            await().atMost(60, SECONDS).until(() -> order.size() == 2);
            assertThat(order).containsExactly("first", "second");
        }
    }

    @Test
    void withdraw_ofWorkThatWaits_keepsItFromRunning() {
        CountDownLatch gate = new CountDownLatch(1);
        AtomicInteger ran = new AtomicInteger();
        Runnable waiting = ran::incrementAndGet;
        Runnable running = () -> hold(gate);
        try (Concern concern = new Concern("test", 1, 1)) {
            submit(concern, running);
            submit(concern, waiting);
            assertThat(concern.withdraw("sae-a", waiting)).isTrue();
            assertThat(concern.withdraw("sae-a", waiting)).isFalse();
            assertThat(concern.withdraw("sae-a", running)).isFalse();
            gate.countDown();
            await().atMost(60, SECONDS).until(() -> concern.running() == 0);
            assertThat(ran).hasValue(0);
        }
    }

    @Test
    void work_thatFails_freesItsPlace() {
        AtomicInteger ran = new AtomicInteger();
        try (Concern concern = new Concern("test", 1, 1)) {
            submit(concern, () -> {
                throw new IllegalStateException("of a test");
            });
            await().atMost(60, SECONDS).until(() -> concern.running() == 0);
            submit(concern, ran::incrementAndGet);
            await().atMost(60, SECONDS).until(() -> ran.get() == 1);
        }
    }

    @Test
    void threads_areVirtualWhereTheJdkHasThem_andNamed() {
        List<Thread> threads = new CopyOnWriteArrayList<>();
        try (Concern concern = new Concern("enc", 1, 1)) {
            submit(concern, () -> threads.add(Thread.currentThread()));
            await().atMost(60, SECONDS).until(() -> threads.size() == 1);
        }
        assertThat(threads.get(0).getName()).isEqualTo("enc-1");
        assertThat(threads.get(0).isDaemon()).isTrue();
        assertThat(threads.get(0).getClass().getSimpleName())
                .isEqualTo(Runtime.version().feature() >= 21 ? "VirtualThread" : "Thread");
    }

    @Test
    void concern_ofNoPlaces_isNotMade() {
        assertThatThrownBy(() -> new Concern("test", 0, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Concern("test", 1, -1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void caller_whoTakesAllHeCanGet_leavesAQuarterOfThePlaces() {
        CountDownLatch gate = new CountDownLatch(1);
        AtomicInteger ran = new AtomicInteger();
        try (Concern concern = new Concern("test", 8, 100)) {
            for (int i = 0; i < 100; i++) {
                submit(concern, () -> hold(gate));
            }
            assertThat(concern.running()).isEqualTo(6);
            assertThat(concern.submit("sae-b", ran::incrementAndGet, () -> {})).isEqualTo(Admission.STARTED);
            await().atMost(60, SECONDS).until(() -> ran.get() == 1);
            gate.countDown();
            await().atMost(60, SECONDS).until(() -> concern.running() == 0);
        }
    }

    @Test
    void place_thatComesFree_goesToWhoHasFewest_andTheLongestLineLosesItsLatest() {
        CountDownLatch gate = new CountDownLatch(1);
        List<String> order = new CopyOnWriteArrayList<>();
        List<String> displaced = new CopyOnWriteArrayList<>();
        try (Concern concern = new Concern("test", 1, 3)) {
            submit(concern, () -> hold(gate));
            for (int i = 1; i <= 3; i++) {
                String name = "greedy " + i;
                assertThat(concern.submit("greedy", () -> order.add(name), () -> displaced.add(name)))
                        .isEqualTo(Admission.WAITING);
            }
            assertThat(concern.submit("greedy", () -> order.add("4"), () -> displaced.add("4")))
                    .isEqualTo(Admission.REFUSED);
            assertThat(concern.submit("modest", () -> order.add("modest"), () -> displaced.add("modest")))
                    .isEqualTo(Admission.WAITING);
            assertThat(displaced).containsExactly("greedy 3");
            assertThat(concern.submit("modest", () -> order.add("modest 2"), () -> displaced.add("modest 2")))
                    .isEqualTo(Admission.REFUSED);
            gate.countDown();
            await().atMost(60, SECONDS).until(() -> order.size() == 3);
            assertThat(order).containsExactly("greedy 1", "greedy 2", "modest");
        }
    }

    private static Admission submit(Concern concern, Runnable work) {
        return concern.submit("sae-a", work, () -> {});
    }

    private static void hold(CountDownLatch gate) {
        try {
            gate.await(60, SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
