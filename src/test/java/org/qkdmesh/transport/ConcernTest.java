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
                assertThat(concern.submit(() -> {
                            most.accumulateAndGet(now.incrementAndGet(), Math::max);
                            Thread.yield();
                            now.decrementAndGet();
                            done.incrementAndGet();
                        }))
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
            assertThat(concern.submit(() -> hold(gate))).isEqualTo(Admission.STARTED);
            assertThat(concern.submit(() -> order.add("first"))).isEqualTo(Admission.WAITING);
            assertThat(concern.submit(() -> order.add("second"))).isEqualTo(Admission.WAITING);
            assertThat(concern.submit(() -> order.add("third"))).isEqualTo(Admission.REFUSED);
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
            concern.submit(running);
            concern.submit(waiting);
            assertThat(concern.withdraw(waiting)).isTrue();
            assertThat(concern.withdraw(waiting)).isFalse();
            assertThat(concern.withdraw(running)).isFalse();
            gate.countDown();
            await().atMost(60, SECONDS).until(() -> concern.running() == 0);
            assertThat(ran).hasValue(0);
        }
    }

    @Test
    void work_thatFails_freesItsPlace() {
        AtomicInteger ran = new AtomicInteger();
        try (Concern concern = new Concern("test", 1, 1)) {
            concern.submit(() -> {
                throw new IllegalStateException("of a test");
            });
            await().atMost(60, SECONDS).until(() -> concern.running() == 0);
            concern.submit(ran::incrementAndGet);
            await().atMost(60, SECONDS).until(() -> ran.get() == 1);
        }
    }

    @Test
    void threads_areVirtualWhereTheJdkHasThem_andNamed() {
        List<Thread> threads = new CopyOnWriteArrayList<>();
        try (Concern concern = new Concern("enc", 1, 1)) {
            concern.submit(() -> threads.add(Thread.currentThread()));
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

    private static void hold(CountDownLatch gate) {
        try {
            gate.await(60, SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
