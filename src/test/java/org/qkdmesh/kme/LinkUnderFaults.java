package org.qkdmesh.kme;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.qkdmesh.model.Combine;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.KeyRange;
import org.qkdmesh.model.KmePair;
import org.qkdmesh.testing.ManualClock;

/**
 * A link whose ends are started anew, whose KMEs fail, and on which everything is lost, doubled, delayed and reordered;
 * all of it follows from one seed. With each step it is checked that no byte is used twice and that what one end sends
 * the other end reads.
 */
final class LinkUnderFaults {

    private static final int MOST_ON_THE_WAY = 40;

    private record Announced(int from, LinkKeyAnnouncement announcement) {}

    private record Claiming(int at, LinkEnd end, LinkKeyAnnouncement announcement, Claim.Wanted plan) {}

    private record Answered(int to, LinkKeyAnnouncement announcement, Map<KeyId, ClaimStatus> answer) {}

    private record GrantAsked(int from, GrantRequest request) {}

    private record GrantAnswered(int to, GrantRequest request, Optional<Grant> grant) {}

    private record Told(int to, UUID epoch) {}

    private record Message(int from, UUID senderEpoch, LinkBytes taken, long takenAt) {}

    /** One byte of one key, used by a node in one of its runs. */
    private record Use(UUID epoch, KeyId key, int at) {}

    private final Random random;
    private final ManualClock clock = new ManualClock();
    private final Combine combine;
    private final List<FakeKmes> kmes;
    private final LinkEnd[] ends = new LinkEnd[2];

    private final List<Announced> announced = new ArrayList<>();
    private final List<Claiming> claiming = new ArrayList<>();
    private final List<Answered> answered = new ArrayList<>();
    private final List<GrantAsked> grantsAsked = new ArrayList<>();
    private final List<GrantAnswered> grantsAnswered = new ArrayList<>();
    private final List<Told> told = new ArrayList<>();
    private final List<Message> messages = new ArrayList<>();
    private final Set<Use> taken = new HashSet<>();
    private final Set<Use> redeemed = new HashSet<>();
    private final Set<KeyId> thrownAway = new HashSet<>();
    private final Map<KeyId, Integer> claimedInStep = new HashMap<>();
    private final int[] erasedInStep = {-1, -1};

    private int steps;

    int delivered;
    int restarts;
    int grants;

    /** The end whose KME lets it not be master; 2 for none. */
    private final int remote;

    LinkUnderFaults(long seed, Combine combine) {
        this.combine = combine;
        random = new Random(seed);
        kmes = combine == Combine.XOR ? List.of(new FakeKmes(seed), new FakeKmes(~seed)) : List.of(new FakeKmes(seed));
        remote = random.nextInt(3);
        start(0);
        start(1);
    }

    private void start(int end) {
        if (ends[end] != null) {
            ends[end].link.close();
            restarts++;
        }
        ends[end] = new LinkEnd(end, kmes, combine, clock, EventLog.silent());
        if (end == remote) {
            List<KmePair> pairs = ends[end].pairs;
            ends[end].leaveFetchingToTheFarEnd(pairs.subList(0, 1 + random.nextInt(pairs.size())));
        }
    }

    void step() {
        steps++;
        int end = random.nextInt(2);
        switch (random.nextInt(20)) {
            case 0, 1 -> fetch(end);
            case 2, 3 -> hearAnnouncement();
            case 4, 5 -> finishClaim();
            case 6, 7 -> hearAnswer();
            case 8, 9 -> take(end, 1 + random.nextInt(random.nextInt(10) == 0 ? 4096 : 200));
            case 10, 11 -> receive();
            case 12 -> told.add(new Told(end, ends[1 - end].link.ownEpoch()));
            case 13 -> hearEpoch();
            case 14 -> passTime();
            case 15 -> askForGrant(end);
            case 16, 17 -> hearGrantRequest();
            case 18 -> hearGrant();
            default -> {
                if (random.nextInt(3) == 0) {
                    disturb(end);
                } else {
                    exchange(end);
                }
            }
        }
        checkBounds();
    }

    /** A stretch in which nothing else happens. */
    private void exchange(int end) {
        fetch(end);
        for (int i = 0; i < 4; i++) {
            hearEpoch();
            hearAnnouncement();
            finishClaim();
            hearAnswer();
        }
    }

    private void askForGrant(int end) {
        ends[end].grants.nextRequest().ifPresent(request -> grantsAsked.add(new GrantAsked(end, request)));
    }

    private void hearGrantRequest() {
        pick(grantsAsked, next -> {
            GrantRequest read = GrantCodec.decode(GrantCodec.encode(next.request));
            Optional<Grant> grant = ends[1 - next.from].grants.grant(read);
            grantsAnswered.add(new GrantAnswered(next.from, read, grant));
        });
    }

    private void hearGrant() {
        pick(grantsAnswered, next -> {
            LinkKeys link = ends[next.to].link;
            long before = link.state().taken().count();
            next.grant.ifPresentOrElse(
                    grant -> link.grants()
                            .granted(next.request, GrantCodec.decodeAnswer(GrantCodec.encodeAnswer(grant))),
                    () -> link.grants().unanswered(next.request));
            grants += (int) (link.state().taken().count() - before);
        });
        if (random.nextInt(3) == 0 && !grantsAsked.isEmpty()) {
            GrantAsked lost = grantsAsked.get(random.nextInt(grantsAsked.size()));
            ends[lost.from].grants.unanswered(lost.request);
        }
    }

    private void fetch(int end) {
        ends[end].fetch().forEach(announcement -> announced.add(new Announced(end, announcement)));
    }

    private void hearAnnouncement() {
        pick(announced, next -> {
            LinkEnd receiver = ends[1 - next.from];
            Claim claim = receiver.incoming.announced(next.announcement);
            if (claim instanceof Claim.Wanted plan) {
                claiming.add(new Claiming(1 - next.from, receiver, next.announcement, plan));
            } else {
                told.add(new Told(next.from, receiver.link.ownEpoch()));
                told.add(new Told(1 - next.from, ends[next.from].link.ownEpoch()));
            }
        });
    }

    private void finishClaim() {
        if (!claiming.isEmpty()) {
            Claiming next = claiming.remove(random.nextInt(claiming.size()));
            Map<KeyId, ClaimStatus> answer = next.end.claim(next.announcement, next.plan);
            answer.keySet().forEach(key -> claimedInStep.put(key, steps));
            answered.add(new Answered(1 - next.at, next.announcement, answer));
        }
    }

    private void hearAnswer() {
        pick(answered, next -> ends[next.to].outgoing.answered(next.announcement, next.answer));
    }

    private void hearEpoch() {
        if (!told.isEmpty()) {
            Told next = told.remove(random.nextInt(told.size()));
            told.removeIf(other -> random.nextInt(3) > 0);
            LinkKeys link = ends[next.to].link;
            if (link.neighbourEpoch().filter(next.epoch::equals).isEmpty()) {
                erasedInStep[next.to] = steps;
            }
            link.learnNeighbourEpoch(next.epoch);
        }
    }

    private void take(int end, int length) {
        LinkKeys link = ends[end].link;
        link.outgoing().take(length).ifPresent(bytes -> {
            UUID receiverEpoch = bytes.neighbourEpoch();
            eachByte(bytes.ranges(), (key, at) -> {
                assertThat(taken.add(new Use(link.ownEpoch(), key, at)))
                        .as("a byte of a run of the sender")
                        .isTrue();
                assertThat(taken.add(new Use(receiverEpoch, key, at)))
                        .as("a byte of a run of the receiver")
                        .isTrue();
            });
            messages.add(new Message(end, link.ownEpoch(), bytes, clock.monotonicMillis()));
        });
    }

    private void receive() {
        pick(messages, next -> {
            LinkKeys link = ends[1 - next.from].link;
            boolean current = link.ownEpoch().equals(next.taken.neighbourEpoch())
                    && link.neighbourEpoch().filter(next.senderEpoch::equals).isPresent();
            if (!current) {
                return;
            }
            List<KeyRange> ranges = next.taken.ranges();
            boolean again = redeemed.contains(new Use(
                    link.ownEpoch(), ranges.get(0).keyId(), ranges.get(0).offset()));
            Redemption redemption = link.incoming().redeem(ranges);
            if (again) {
                assertThat(redemption).isNotInstanceOf(Redemption.Bytes.class);
            } else if (redemption instanceof Redemption.Bytes bytes) {
                eachByte(ranges, (key, at) -> assertThat(redeemed.add(new Use(link.ownEpoch(), key, at)))
                        .isTrue());
                compare(next, bytes);
            } else {
                assertThat(tooLate(next) || ranges.stream().anyMatch(range -> isLost(range.keyId(), 1 - next.from)))
                        .as("%s refused as %s", ranges, redemption)
                        .isTrue();
            }
        });
    }

    /** Whether the holder threw the key away, or lost it when it went back to a former epoch and forth again. */
    private boolean isLost(KeyId key, int holder) {
        return thrownAway.contains(key) || claimedInStep.getOrDefault(key, steps) <= erasedInStep[holder];
    }

    private boolean tooLate(Message message) {
        return clock.monotonicMillis() - message.takenAt
                >= LinkEnd.LIMITS.life().toMillis();
    }

    private void compare(Message message, Redemption.Bytes redeemedBytes) {
        List<KeyId> ids =
                message.taken.ranges().stream().map(KeyRange::keyId).distinct().toList();
        if (redeemedBytes.bytes().equals(message.taken.bytes())) {
            delivered++;
            return;
        }
        assertThat(ids).as("keys on which the KMEs differ").anyMatch(id -> kmes.stream()
                .anyMatch(pair -> pair.differing.contains(id)));
        // What a wrong tag leads to.
        ids.forEach(ends[message.from].outgoing::drop);
        ends[1 - message.from].incoming.discard(ids);
        thrownAway.addAll(ids);
    }

    private void passTime() {
        long most = random.nextInt(20) == 0 ? 400_000 : 1_000;
        clock.advance(Duration.ofMillis(random.nextInt((int) most)));
        ends[random.nextInt(2)].link.expire();
    }

    private void disturb(int end) {
        FakeKmes disturbed = kmes.get(random.nextInt(kmes.size()));
        switch (random.nextInt(9)) {
            case 0 -> start(end);
            case 1 -> disturbed.down[end] = random.nextInt(4) == 0;
            case 2, 3 -> disturbed.keysLeft = random.nextInt(4) == 0 ? random.nextInt(5) : Integer.MAX_VALUE;
            case 4 -> disturbed.repeatsIds = random.nextInt(4) == 0;
            case 5 -> disturbed.losesKeys = random.nextInt(4) == 0;
            case 6 -> disturbed.endsDiffer = random.nextInt(4) == 0;
            case 7 -> disturbed.breaksTheStandard = random.nextInt(8) == 0;
            default -> disturbed.status = new KmeClient.Status(64, 64 << random.nextInt(5), 1 + random.nextInt(20), 1);
        }
    }

    /** All is well again: before long both ends can send, and agree; and their stocks fill, with the smallest KME too. */
    void heal() {
        for (FakeKmes pair : kmes) {
            pair.down[0] = false;
            pair.down[1] = false;
            pair.keysLeft = Integer.MAX_VALUE;
            pair.repeatsIds = false;
            pair.losesKeys = false;
            pair.endsDiffer = false;
            pair.breaksTheStandard = false;
        }
        while (!claiming.isEmpty()) {
            finishClaim();
        }
        announced.clear();
        answered.clear();
        grantsAsked.clear();
        grantsAnswered.clear();
        told.clear();
        messages.clear();
        for (int end = 0; end < 2; end++) {
            told.add(new Told(end, ends[1 - end].link.ownEpoch()));
        }
        while (!told.isEmpty()) {
            steps++;
            Told next = told.remove(0);
            erasedInStep[next.to] = steps;
            ends[next.to].link.learnNeighbourEpoch(next.epoch);
        }
        for (int round = 0; round < 120; round++) {
            clock.advance(Duration.ofMillis(500));
            for (int end = 0; end < 2; end++) {
                ends[end].link.expire();
                ends[end].fill(ends[1 - end]);
                ends[end].askFor(ends[1 - end]);
                if (round < 60) {
                    take(end, 50);
                }
                messages.removeIf(message -> messages.size() > 4);
                receive();
            }
            checkBounds();
        }
        for (LinkEnd end : ends) {
            assertThat(end.outgoing.availableBytes())
                    .as("a healed link has keys")
                    .isGreaterThanOrEqualTo(LinkEnd.LIMITS.floorBytes() / 2);
        }
    }

    private void checkBounds() {
        for (LinkEnd end : ends) {
            long capacity = (long) kmes.size() * LinkEnd.LIMITS.capacityBytes();
            assertThat(end.outgoing.availableBytes() + end.outgoing.unconfirmedBytes())
                    .isLessThan(capacity + kmes.size() * 128L);
            assertThat(end.incoming.heldBytes()).isLessThanOrEqualTo(4 * capacity);
        }
    }

    private interface Byte {
        void at(KeyId key, int at);
    }

    private static void eachByte(List<KeyRange> ranges, Byte each) {
        for (KeyRange range : ranges) {
            for (int at = range.offset(); at < range.end(); at++) {
                each.at(range.keyId(), at);
            }
        }
    }

    /** Any of what is on the way arrives, or is lost, and may arrive again. */
    private <T> void pick(List<T> onTheWay, Consumer<T> arrival) {
        if (onTheWay.isEmpty()) {
            return;
        }
        int which = random.nextInt(onTheWay.size());
        T next = random.nextInt(4) == 0 ? onTheWay.get(which) : onTheWay.remove(which);
        if (random.nextInt(6) > 0) {
            arrival.accept(next);
        }
        while (onTheWay.size() > MOST_ON_THE_WAY) {
            onTheWay.remove(0);
        }
    }
}
