package org.qkdmesh.kme;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.KmeId;
import org.qkdmesh.model.KmePair;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.testing.ManualClock;

/** One node's end of a link with one KME pair. */
final class LinkEnd {

    static final LinkKeyLimits LIMITS = new LinkKeyLimits(256, 4096, Duration.ofMinutes(10));

    /** Has a permit for each time that the link asked to be filled. */
    final Semaphore lowWater = new Semaphore(0);

    final KmePair pair;
    final LinkKeys link;
    final OutgoingKeys outgoing;
    final IncomingKeys incoming;
    final KeyGrants grants;
    final FetchLinkKeys fetcher;
    final ClaimLinkKeys claimer;

    /** @param end 0 or 1 */
    LinkEnd(int end, FakeKmes kmes, ManualClock clock, EventLog events) {
        pair = new KmePair(new KmeId("kme-" + end), new KmeId("kme-" + (1 - end)));
        NodeId neighbour = new NodeId("tn-" + (1 - end));
        link = new LinkKeys(neighbour, UUID.randomUUID(), List.of(pair), LIMITS, clock, events, lowWater::release);
        outgoing = link.outgoing();
        incoming = link.incoming();
        grants = link.grants();
        fetcher = new FetchLinkKeys(link, pair, kmes.end(end), clock, events);
        claimer = new ClaimLinkKeys(link, pair, kmes.end(end), events);
    }

    static void introduce(LinkEnd one, LinkEnd other) {
        one.link.learnNeighbourEpoch(other.link.ownEpoch());
        other.link.learnNeighbourEpoch(one.link.ownEpoch());
    }

    /** What the node answers to this announcement; it must know the epochs. */
    Map<KeyId, ClaimStatus> hear(LinkKeyAnnouncement announcement) {
        LinkKeyAnnouncement read = LinkKeyCodec.decode(LinkKeyCodec.encode(announcement));
        Claim.Wanted wanted = (Claim.Wanted) incoming.announced(read);
        return LinkKeyCodec.decodeAnswer(LinkKeyCodec.encodeAnswer(claimer.claim(read, wanted)));
    }

    /** Fetches once and has the other end confirm. */
    void fill(LinkEnd other) {
        List<LinkKeyAnnouncement> announcements = fetcher.fetch();
        announcements.forEach(announcement -> outgoing.answered(announcement, other.hear(announcement)));
    }

    /** Waits until so many bytes can be taken. */
    boolean await(int bytes, long millis) throws InterruptedException {
        Optional<OutgoingKeys.Reservation> reserved = outgoing.reserve(new SaeId("sae-a"), 1, bytes, millis);
        reserved.ifPresent(OutgoingKeys.Reservation::close);
        return reserved.isPresent();
    }

    /** Its own KME gives it no fresh keys. */
    void leaveFetchingToTheFarEnd() {
        link.use(List.of(pair), List.of(pair));
    }

    /** Asks the other end for keys, if it lacks any. */
    void askFor(LinkEnd other) {
        grants.nextRequest().ifPresent(request -> other.grants
                .grant(request)
                .ifPresentOrElse(grant -> grants.granted(request, grant), () -> grants.unanswered(request)));
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
