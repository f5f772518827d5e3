package org.qkdmesh.kme;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.qkdmesh.model.Combine;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.KmeId;
import org.qkdmesh.model.KmePair;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.testing.ManualClock;

/** One node's end of a link, with one KME pair or several. */
final class LinkEnd {

    static final LinkKeyLimits LIMITS = new LinkKeyLimits(256, 4096, Duration.ofMinutes(10));

    /** Has a permit for each time that the link asked to be filled. */
    final Semaphore lowWater = new Semaphore(0);

    /** The first, or only one. */
    final KmePair pair;

    final List<KmePair> pairs = new ArrayList<>();
    final LinkKeys link;
    final OutgoingKeys outgoing;
    final IncomingKeys incoming;
    final KeyGrants grants;
    final FetchLinkKeys fetcher;
    final ClaimLinkKeys claimer;
    private final List<FetchLinkKeys> fetchers = new ArrayList<>();
    private final Map<KmePair, ClaimLinkKeys> claimers = new HashMap<>();

    /** @param end 0 or 1 */
    LinkEnd(int end, FakeKmes kmes, ManualClock clock, EventLog events) {
        this(end, List.of(kmes), Combine.ANY, clock, events);
    }

    /**
     * @param end 0 or 1
     * @param kmes of each pair
     */
    LinkEnd(int end, List<FakeKmes> kmes, Combine combine, ManualClock clock, EventLog events) {
        for (int i = 0; i < kmes.size(); i++) {
            String number = i == 0 ? "" : "-" + i;
            pairs.add(new KmePair(new KmeId("kme-" + end + number), new KmeId("kme-" + (1 - end) + number)));
        }
        pair = pairs.get(0);
        NodeId neighbour = new NodeId("tn-" + (1 - end));
        link = new LinkKeys(neighbour, UUID.randomUUID(), pairs, combine, LIMITS, clock, events, lowWater::release);
        outgoing = link.outgoing();
        incoming = link.incoming();
        grants = link.grants();
        for (int i = 0; i < kmes.size(); i++) {
            fetchers.add(new FetchLinkKeys(link, pairs.get(i), kmes.get(i).end(end), clock, events));
            claimers.put(
                    pairs.get(i),
                    new ClaimLinkKeys(link, pairs.get(i), kmes.get(i).end(end), events));
        }
        fetcher = fetchers.get(0);
        claimer = claimers.get(pair);
    }

    static void introduce(LinkEnd one, LinkEnd other) {
        one.link.learnNeighbourEpoch(other.link.ownEpoch());
        other.link.learnNeighbourEpoch(one.link.ownEpoch());
    }

    /** What the node answers to this announcement; it must know the epochs. */
    Map<KeyId, ClaimStatus> hear(LinkKeyAnnouncement announcement) {
        LinkKeyAnnouncement read = LinkKeyCodec.decode(LinkKeyCodec.encode(announcement));
        Claim.Wanted wanted = (Claim.Wanted) incoming.announced(read);
        return LinkKeyCodec.decodeAnswer(LinkKeyCodec.encodeAnswer(claim(read, wanted)));
    }

    Map<KeyId, ClaimStatus> claim(LinkKeyAnnouncement announcement, Claim.Wanted plan) {
        return claimers.get(announcement.pair().seenFromFarEnd()).claim(announcement, plan);
    }

    /** Fetches once from each KME. */
    List<LinkKeyAnnouncement> fetch() {
        return fetchers.stream().flatMap(each -> each.fetch().stream()).toList();
    }

    /** Fetches once and has the other end confirm. */
    void fill(LinkEnd other) {
        List<LinkKeyAnnouncement> announcements = fetch();
        announcements.forEach(announcement -> outgoing.answered(announcement, other.hear(announcement)));
    }

    /** Waits until so many bytes can be taken. */
    boolean await(int bytes, long millis) throws InterruptedException {
        Optional<OutgoingKeys.Reservation> reserved =
                outgoing.reserve(Asker.here(new SaeId("sae-a")), 1, bytes, millis);
        reserved.ifPresent(OutgoingKeys.Reservation::close);
        return reserved.isPresent();
    }

    /** Its own KMEs give it no fresh keys. */
    void leaveFetchingToTheFarEnd() {
        leaveFetchingToTheFarEnd(pairs);
    }

    void leaveFetchingToTheFarEnd(List<KmePair> remote) {
        link.use(pairs, remote);
    }

    /** Asks the other end for keys, as far as it lacks any. */
    void askFor(LinkEnd other) {
        for (int i = 0; i < pairs.size(); i++) {
            grants.nextRequest().ifPresent(request -> other.grants
                    .grant(GrantCodec.decode(GrantCodec.encode(request)))
                    .ifPresentOrElse(grant -> grants.granted(request, grant), () -> grants.unanswered(request)));
        }
    }

    /** Fills for as long as the condition holds, whenever the link asks for it. */
    void fillWhile(BooleanSupplier goOn, LinkEnd other) throws InterruptedException {
        while (goOn.getAsBoolean()) {
            if (lowWater.tryAcquire(20, TimeUnit.MILLISECONDS)) {
                lowWater.drainPermits();
                fill(other);
            }
        }
    }
}
