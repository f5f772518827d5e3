package org.qkdmesh.kme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.qkdmesh.model.Combine;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.testing.ManualClock;

class LinkLockTest {

    private final List<Boolean> told = new ArrayList<>();
    private final Strands strands = new Strands(
            new NodeId("tn-2"),
            UUID.randomUUID(),
            List.of(),
            Combine.ANY,
            LinkEnd.LIMITS,
            new ManualClock(),
            EventLog.silent());
    private final LinkLock lock = new LinkLock(strands, () -> told.add(isFree()));

    private boolean isFree() {
        return CompletableFuture.supplyAsync(() -> lock.call(link -> true))
                .completeOnTimeout(false, 10, TimeUnit.SECONDS)
                .join();
    }

    private CompletableFuture<Boolean> await(Predicate<Strands> holds) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return lock.await(60_000, holds);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    @Test
    void whoFetches_isToldOnce_afterTheLockWasGivenUp() {
        lock.each(link -> link.fetchIsDue = true);
        lock.run(link -> {});

        assertThat(told).containsExactly(true);
    }

    @Test
    void stepThatFails_leavesTheLockFree() {
        assertThatThrownBy(() -> lock.run(link -> {
                    throw new IllegalStateException();
                }))
                .isInstanceOf(IllegalStateException.class);

        assertThat(isFree()).isTrue();
    }

    @Test
    void whoWaits_goesOnWhenBytesCame() throws Exception {
        CompletableFuture<Boolean> waiting = await(link -> link.first().knowsNeighbour());
        lock.each(link -> link.begin(link.ownEpoch(), UUID.randomUUID()));
        lock.each(link -> link.bytesCame = true);

        assertThat(waiting.get(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void whoWaitsForALinkThatIsClosed_goesAway() throws Exception {
        CompletableFuture<Boolean> waiting = await(link -> false);
        lock.each(LinkParts::close);

        assertThat(waiting.get(10, TimeUnit.SECONDS)).isFalse();
    }
}
