package org.qkdmesh.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qkdmesh.identity.JwsSigner;
import org.qkdmesh.identity.JwsVerifier;
import org.qkdmesh.model.NodeClock;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.store.MemoryStore;
import org.qkdmesh.store.NodeStore;
import org.qkdmesh.store.StoreTransaction;
import org.qkdmesh.testing.RecordedEvents;
import org.qkdmesh.testing.TestCertificates;

/** Two neighbours with real certificates and the real clock. */
class SignedAdvertsTest {

    private static final NodeId TN_1 = new NodeId("tn-1");
    private static final NodeId TN_2 = new NodeId("tn-2");

    @TempDir
    Path directory;

    private final RecordedEvents events = new RecordedEvents();

    @Test
    void neighboursWithCertificatesOfOneAuthority_learnOfEachOther() {
        TestCertificates ca = new TestCertificates(directory);
        Discovery one = node(TN_1, TN_2, ca);
        Discovery other = node(TN_2, TN_1, ca);
        exchange(one, TN_1, other, TN_2);
        exchange(other, TN_2, one, TN_1);
        exchange(one, TN_1, other, TN_2);

        assertThat(one.adverts()).extracting(Advert::node).containsExactly(TN_1, TN_2);
        assertThat(other.topology().home(new SaeId("sae-of-tn-1"))).contains(TN_1);
        assertThat(events.refused).isEmpty();
    }

    @Test
    void aNodeOfAnotherAuthority_isNotBelieved() {
        Discovery one = node(TN_1, TN_2, new TestCertificates(directory.resolve("ours")));
        Discovery other = node(TN_2, TN_1, new TestCertificates(directory.resolve("theirs")));
        exchange(one, TN_1, other, TN_2);
        exchange(other, TN_2, one, TN_1);
        exchange(one, TN_1, other, TN_2);

        assertThat(one.adverts()).extracting(Advert::node).containsExactly(TN_1);
        assertThat(events.refused).containsOnly("unsigned").isNotEmpty();
    }

    @Test
    void stepsInSeveralThreads_doNotDisturbEachOther() throws InterruptedException, ExecutionException {
        TestCertificates ca = new TestCertificates(directory);
        Discovery one = node(TN_1, TN_2, ca);
        Discovery other = node(TN_2, TN_1, ca);
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            Callable<Boolean> there = () -> repeat(() -> exchange(one, TN_1, other, TN_2));
            Callable<Boolean> back = () -> repeat(() -> exchange(other, TN_2, one, TN_1));
            for (Future<Boolean> future : threads.invokeAll(List.of(there, back, there, back))) {
                assertThat(future.get()).isTrue();
            }
        } finally {
            threads.shutdownNow();
        }

        assertThat(one.topology().edges()).hasSize(2).isEqualTo(other.topology().edges());
    }

    private static boolean repeat(Runnable step) {
        Stream.generate(() -> step).limit(200).forEach(Runnable::run);
        return true;
    }

    private static void exchange(Discovery from, NodeId fromId, Discovery to, NodeId toId) {
        from.tick();
        byte[] request = ExchangeCodec.encode(from.request(toId));
        byte[] answer = ExchangeCodec.encode(to.received(fromId, ExchangeCodec.decode(request)));
        from.answered(toId, ExchangeCodec.decode(answer));
    }

    private Discovery node(NodeId id, NodeId neighbour, TestCertificates ca) {
        NodeClock clock = NodeClock.system();
        return new Discovery(
                new DiscoverySettings(id, List.of(neighbour), List.of(new SaeId("sae-of-" + id)), Map.of()),
                clock,
                new OneAtATime(new MemoryStore(clock)),
                new JwsSigner(ca.node(id.text())),
                new JwsVerifier(ca.authorities(), clock),
                events,
                to -> 1024,
                UUID::randomUUID);
    }

    /** Makes the store in memory, which is for one thread, fit for several. */
    private record OneAtATime(MemoryStore store) implements NodeStore {

        @Override
        public synchronized <T> T transact(Function<StoreTransaction, T> work) {
            return store.transact(work);
        }

        @Override
        public synchronized <T> T destroyKeys(Function<StoreTransaction, T> last) {
            return store.destroyKeys(last);
        }

        @Override
        public long age() {
            return store.age();
        }

        @Override
        public long openedAt() {
            return store.openedAt();
        }

        @Override
        public void close() {
            store.close();
        }
    }
}
