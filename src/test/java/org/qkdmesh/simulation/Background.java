package org.qkdmesh.simulation;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.qkdmesh.discovery.ExchangeCodec;
import org.qkdmesh.etsi020.HopRefusal;
import org.qkdmesh.etsi020.ProblemCodec;
import org.qkdmesh.etsi020.RefusalReason;
import org.qkdmesh.etsi020.VersionCodec;
import org.qkdmesh.kme.Asker;
import org.qkdmesh.kme.FetchLinkKeys;
import org.qkdmesh.kme.GrantCodec;
import org.qkdmesh.kme.GrantRequest;
import org.qkdmesh.kme.LinkKeyAnnouncement;
import org.qkdmesh.kme.LinkKeyCodec;
import org.qkdmesh.kme.LinkKeys;
import org.qkdmesh.kme.OutgoingKeys;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.NodePath;
import org.qkdmesh.model.Refusal;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.relay.Outbox;
import org.qkdmesh.simulation.SimulatedNetwork.Outcome;
import org.qkdmesh.simulation.SimulatedNetwork.Request;

/** What a node does by itself, now and then or when something asks for it: adverts, link keys, notices. */
final class Background {

    private static final long TIMEOUT = 1_000;

    /** As long as a notice waits for others in the route gather-notices. */
    private static final long GATHERING = 250;

    private final SimulatedProcess process;
    private final Set<NodeId> lowLinks = new HashSet<>();
    private final Set<NodeId> asked = new HashSet<>();
    private boolean gathering;

    Background(SimulatedProcess process) {
        this.process = process;
    }

    private void call(NodeId neighbour, String path, Body body, long number, Consumer<Outcome> done) {
        process.call(neighbour, new Request(path, body, null, number), TIMEOUT, done);
    }

    /** One question at a time to each neighbour. */
    void learnEpoch(NodeId neighbour) {
        if (!asked.add(neighbour)) {
            return;
        }
        call(neighbour, "versions", Body.of(new byte[0]), 0, outcome -> {
            asked.remove(neighbour);
            if (outcome instanceof Outcome.Answered answer && answer.isOk()) {
                VersionCodec codec = new VersionCodec(SimulatedProcess.EXTENSION);
                UUID epoch = answer.body().read(codec::decode).epoch();
                process.neighbours.link(neighbour).orElseThrow().learnNeighbourEpoch(epoch);
            }
        });
    }

    void exchangeAdverts() {
        for (NodeId neighbour : process.discovery.tick()) {
            Body body = Body.of(process.discovery.request(neighbour), ExchangeCodec::encode);
            call(neighbour, "adverts", body, 0, outcome -> {
                try {
                    if (outcome instanceof Outcome.Answered answer && answer.isOk()) {
                        process.discovery.answered(neighbour, answer.body().read(ExchangeCodec::decode));
                        return;
                    }
                } catch (Refusal e) {
                    // As good as no answer.
                }
                process.discovery.failed(neighbour);
            });
        }
    }

    /** A link is low: fetched at once, but not again while that is still to come. */
    void lowWater(NodeId neighbour) {
        if (lowLinks.add(neighbour)) {
            process.after(1, () -> {
                lowLinks.remove(neighbour);
                process.fetchers.stream()
                        .filter(fetcher -> fetcher.link().neighbour().equals(neighbour))
                        .forEach(this::fetchFrom);
            });
        }
    }

    /** A message begins to wait for so many bytes, which here is done by events: the link is told, and does not wait. */
    void lackKeys(LinkKeys link, int lengthBytes) {
        try {
            link.outgoing()
                    .reserve(Asker.here(new SaeId("sae-a")), 1, lengthBytes, 0)
                    .ifPresent(OutgoingKeys.Reservation::close);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What no own KME gives is asked of the neighbour at once, as the route fetch-link-keys does. */
    private void fetchFrom(FetchLinkKeys fetcher) {
        LinkKeys link = fetcher.link();
        fetcher.fetch().forEach(announcement -> announce(link, announcement));
        link.grants().nextRequest().ifPresent(request -> askForGrant(link, request));
    }

    void fetchLinkKeys() {
        for (FetchLinkKeys fetcher : process.fetchers) {
            LinkKeys link = fetcher.link();
            if (link.neighbourEpoch().isEmpty()) {
                learnEpoch(link.neighbour());
            }
            fetchFrom(fetcher);
        }
    }

    private void announce(LinkKeys link, LinkKeyAnnouncement announcement) {
        call(link.neighbour(), "link-keys", Body.of(announcement, LinkKeyCodec::encode), 0, outcome -> {
            if (outcome instanceof Outcome.Answered answer) {
                if (answer.isOk()) {
                    link.outgoing().answered(announcement, answer.body().read(LinkKeyCodec::decodeAnswer));
                    return;
                }
                learnEpochFrom(answer, link);
            }
            link.outgoing().unanswered(announcement);
        });
    }

    private void askForGrant(LinkKeys link, GrantRequest grant) {
        call(link.neighbour(), "grant", Body.of(grant, GrantCodec::encode), 0, outcome -> {
            if (outcome instanceof Outcome.Answered answer) {
                if (answer.isOk()) {
                    link.grants().granted(grant, answer.body().read(GrantCodec::decodeAnswer));
                    return;
                }
                learnEpochFrom(answer, link);
            }
            link.grants().unanswered(grant);
        });
    }

    private static void learnEpochFrom(Outcome.Answered answer, LinkKeys link) {
        HopRefusal refusal = ProblemCodec.decode(answer.status(), answer.body().bytes());
        if (refusal.reason() == RefusalReason.LINK_EPOCH_CHANGED) {
            refusal.epoch().ifPresent(link::learnNeighbourEpoch);
        }
    }

    /** A notice is owed: it waits a moment for others. */
    void gatherNotices() {
        if (!gathering) {
            gathering = true;
            process.after(GATHERING, () -> {
                gathering = false;
                sendNotices();
            });
        }
    }

    void sendNotices() {
        for (Outbox.Parcel parcel : process.outbox.due()) {
            Body body = text(parcel.signedNotice());
            call(parcel.neighbour(), "notices", body, NodePath.MAX_HOPS, outcome -> {
                process.outbox.answered(parcel, textOf(outcome));
            });
        }
    }

    void agreeSeal(NodeId egress) {
        process.sealLetters
                .offer(egress)
                .ifPresent(offer -> call(
                        offer.neighbour(),
                        "seals",
                        text(offer.letter().text()),
                        NodePath.MAX_HOPS,
                        outcome -> process.sealLetters.answered(offer, textOf(outcome))));
    }

    private static Optional<String> textOf(Outcome outcome) {
        return outcome instanceof Outcome.Answered answer && answer.isOk()
                ? Optional.of(text(answer.body()))
                : Optional.empty();
    }

    static Body text(String text) {
        return Body.of(text, ascii -> ascii.getBytes(StandardCharsets.US_ASCII));
    }

    static String text(Body body) {
        return body.read(bytes -> new String(bytes, StandardCharsets.US_ASCII));
    }
}
