package org.qkdmesh.kme;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.SaeId;

class FairShareTest {

    private static final NodeId NEIGHBOUR = new NodeId("tn-2");

    private final FairShare share = new FairShare();
    private long present;

    private boolean allows(long granted, int more) {
        return present >= granted + more;
    }

    private FairShare.Ticket ask(String master, int bytes) {
        return ask(master, 1, bytes);
    }

    private FairShare.Ticket ask(String master, int priority, int bytes) {
        return share.ask(Asker.here(new SaeId(master)), priority, bytes, this::allows);
    }

    private void come(long bytes) {
        present += bytes;
        share.grant(this::allows);
    }

    private void take(FairShare.Ticket ticket, int bytes) {
        assertThat(ticket.isGranted()).isTrue();
        present -= bytes;
        share.leave(ticket);
    }

    @Test
    void whereThereIsEnough_nobodyWaits_andNothingIsGrantedTwice() {
        present = 100;
        FairShare.Ticket first = ask("a", 60);
        FairShare.Ticket second = ask("b", 60);
        assertThat(first.isGranted()).isTrue();
        assertThat(second.isWaiting()).isTrue();
        share.leave(first);
        share.grant(this::allows);
        assertThat(second.isGranted()).isTrue();
    }

    @Test
    void whoeverComesLater_doesNotPassThoseWhoWait() {
        FairShare.Ticket first = ask("a", 60);
        come(50);
        FairShare.Ticket later = ask("a", 10);
        assertThat(later.isWaiting()).isTrue();
        come(10);
        assertThat(first.isGranted()).isTrue();
        assertThat(later.isWaiting()).isTrue();
    }

    @Test
    void smallRequestOfAnother_goesBeforeALargeOneThatWaits_butNotAgainAndAgain() {
        FairShare.Ticket large = ask("greedy", 1000);
        come(100);
        take(ask("modest", 100), 100);
        FairShare.Ticket second = ask("modest", 100);
        come(100);
        assertThat(second.isWaiting()).isTrue();
        FairShare.Ticket third = ask("another", 50);
        take(third, 50);
        come(950);
        take(large, 1000);
        come(100);
        take(second, 100);
    }

    @Test
    void whoAsksAgainAtOnce_doesNotPassTheOthers() {
        FairShare.Ticket patient = ask("patient", 100);
        FairShare.Ticket first = ask("hasty", 10);
        come(10);
        take(first, 10);
        FairShare.Ticket second = ask("hasty", 10);
        come(10);
        assertThat(second.isWaiting()).isTrue();
        come(90);
        take(patient, 100);
    }

    @Test
    void whenNoPlaceIsLeft_theLastRequestOfTheLongestLineIsTurnedAway() {
        List<FairShare.Ticket> greedy = new ArrayList<>();
        for (int i = 0; i < FairShare.PLACES_OF_ONE + 1; i++) {
            greedy.add(ask("greedy", 64));
        }
        assertThat(greedy.get(FairShare.PLACES_OF_ONE).isWaiting()).isFalse();
        assertThat(greedy.get(FairShare.PLACES_OF_ONE - 1).isWaiting()).isTrue();
        assertThat(ask("modest", 64).isWaiting()).isTrue();
        assertThat(greedy.get(FairShare.PLACES_OF_ONE - 1).isWaiting()).isFalse();
        assertThat(greedy.get(FairShare.PLACES_OF_ONE - 2).isWaiting()).isTrue();
        assertThat(ask("greedy", 64).isWaiting()).isFalse();
        assertThat(share.waiting()).isEqualTo(FairShare.PLACES_OF_ONE);
    }

    private void fill(NodeId neighbour, Function<Integer, Optional<SaeId>> master) {
        for (int i = 0; i < FairShare.PLACES; i++) {
            FairShare.Ticket ticket = share.ask(Asker.behind(neighbour, master.apply(i)), 1, 64, this::allows);
            assertThat(ticket.isWaiting()).isTrue();
        }
    }

    @Test
    void neighbourThatHasAllPlaces_inNamesThatNobodyKnows_hasOneShareOfWhatComes() {
        fill(NEIGHBOUR, i -> Optional.empty());
        FairShare.Ticket first = ask("own", 64);
        assertThat(first.isWaiting()).isTrue();
        come(128);
        take(first, 64);
    }

    @Test
    void neighbourThatHasAllPlaces_inAsManyNames_leavesOneToEachMasterOfOthers() {
        fill(NEIGHBOUR, i -> Optional.of(new SaeId("sae-" + i)));
        FairShare.Ticket own = ask("own", 64);
        assertThat(own.isWaiting()).isTrue();
        assertThat(ask("own", 64).isWaiting()).isFalse();
        FairShare.Ticket another = ask("another", 64);
        FairShare.Ticket behindAnother =
                share.ask(Asker.behind(new NodeId("tn-9"), Optional.of(new SaeId("sae-1"))), 1, 64, this::allows);
        assertThat(share.waiting()).isEqualTo(FairShare.PLACES);
        come(64L * FairShare.PLACES);
        take(own, 64);
        take(another, 64);
        take(behindAnother, 64);
    }

    @Test
    void neighbourThatHasAllPlaces_getsNoMoreByFurtherNames() {
        fill(NEIGHBOUR, i -> Optional.of(new SaeId("sae-" + i)));
        FairShare.Ticket own = ask("own", 64);
        FairShare.Ticket further =
                share.ask(Asker.behind(NEIGHBOUR, Optional.of(new SaeId("sae-x"))), 1, 64, this::allows);
        assertThat(own.isWaiting()).isTrue();
        assertThat(further.isWaiting()).isFalse();
    }

    @Test
    void whoLeaves_isForgotten() {
        FairShare.Ticket first = ask("a", 60);
        FairShare.Ticket second = ask("b", 60);
        share.leave(first);
        share.leave(first);
        come(60);
        take(second, 60);
        assertThat(share.waiting()).isZero();
        come(60);
        take(ask("c", 60), 60);
    }

    /** An SAE in virtual time. */
    private static final class Sae {

        private final SaeId id;
        private final int priority;
        private final int bytes;
        private long asked;
        private long got;
        private int outstanding;

        Sae(String id, int priority, int bytes) {
            this.id = new SaeId(id);
            this.priority = priority;
            this.bytes = bytes;
        }

        double satisfaction() {
            return (double) got / asked;
        }
    }

    private record Waiting(Sae sae, FairShare.Ticket ticket, long until) {}

    /**
     * A link of 10 kB/s for two minutes. The greedy ones have requests waiting all the time, and ask again when one is
     * answered or has waited in vain for two seconds; the modest ones ask eight times a second, whatever the answers are.
     */
    private void run(List<Sae> greedy, int atOnce, List<Sae> modest) {
        List<Waiting> waiting = new ArrayList<>();
        for (int now = 0; now < 120_000; now += 5) {
            come(50);
            int time = now;
            waiting.removeIf(one -> isOver(one, time));
            greedy.forEach(sae -> {
                while (sae.outstanding < atOnce && ask(sae, time, waiting)) {
                    sae.outstanding++;
                }
            });
            for (int i = 0; i < modest.size(); i++) {
                if ((now + 60 * i) % 125 == 0) {
                    ask(modest.get(i), now, waiting);
                }
            }
        }
    }

    /** False when there is no place to wait, or no need to. */
    private boolean ask(Sae sae, int now, List<Waiting> waiting) {
        sae.asked++;
        FairShare.Ticket ticket = share.ask(Asker.here(sae.id), sae.priority, sae.bytes, this::allows);
        Waiting one = new Waiting(sae, ticket, now + 2_000);
        if (ticket.isWaiting()) {
            waiting.add(one);
            return true;
        }
        sae.outstanding++;
        isOver(one, now);
        return false;
    }

    private boolean isOver(Waiting one, int now) {
        if (one.ticket.isWaiting() && now < one.until) {
            return false;
        }
        if (one.ticket.isGranted()) {
            one.sae.got++;
            present -= one.sae.bytes;
        }
        share.leave(one.ticket);
        share.grant(this::allows);
        one.sae.outstanding--;
        return true;
    }

    private static double jain(List<Double> values) {
        double sum = values.stream().mapToDouble(value -> value).sum();
        double squares = values.stream().mapToDouble(value -> value * value).sum();
        return sum * sum / (values.size() * squares);
    }

    @Test
    void onAStarvingLink_twoModestSaesGetWhatTheyAskFor_besideEightGreedyOnes() {
        List<Sae> greedy = IntStream.range(0, 8)
                .mapToObj(i -> new Sae("greedy-" + i, 1, 64 + 512 * i))
                .toList();
        List<Sae> modest = List.of(new Sae("modest-0", 1, 64), new Sae("modest-1", 1, 96));

        run(greedy, 16, modest);

        List<Double> satisfaction = modest.stream().map(Sae::satisfaction).toList();
        assertThat(jain(satisfaction)).isGreaterThan(0.9);
        assertThat(satisfaction).allMatch(part -> part > 0.9);
        assertThat(jain(greedy.stream().map(sae -> (double) sae.got * sae.bytes).toList()))
                .isGreaterThan(0.95);
    }

    @Test
    void onAStarvingLink_whoHasPriorityFour_getsFourTimesAsMuch() {
        List<Sae> greedy = List.of(new Sae("one", 1, 256), new Sae("another", 1, 1024), new Sae("important", 4, 512));

        run(greedy, 8, List.of());

        double ratio = (double) greedy.get(2).got * greedy.get(2).bytes / (greedy.get(0).got * greedy.get(0).bytes);
        assertThat(ratio).isBetween(3.6, 4.4);
    }
}
