package org.qkdmesh.node.processors;

import static org.qkdmesh.node.processors.RouteProperties.require;

import java.util.Map;
import java.util.function.Consumer;
import org.apache.camel.Exchange;
import org.qkdmesh.etsi020.HopRefusal;
import org.qkdmesh.etsi020.MalformedMessage;
import org.qkdmesh.kme.Claim;
import org.qkdmesh.kme.ClaimLinkKeys;
import org.qkdmesh.kme.CompareCodec;
import org.qkdmesh.kme.FetchLinkKeys;
import org.qkdmesh.kme.LinkKeyAnnouncement;
import org.qkdmesh.kme.LinkKeyCodec;
import org.qkdmesh.kme.LinkKeys;
import org.qkdmesh.kme.Neighbours;
import org.qkdmesh.model.Edge;
import org.qkdmesh.model.KmePair;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.Refusal;
import org.qkdmesh.relay.RelaySignals;

/** The steps of {@code fetch-link-keys}, {@code claim-link-keys} and {@code compare-link-keys}. */
public final class LinkKeyProcessors {

    private static final String PATH = "/mesh/v1/link-keys";

    /** {@code LinkKeyAnnouncement}: the one that is being sent. */
    private static final String ANNOUNCEMENT = "announcement";

    /** A KME pair of one link. */
    public record Link(NodeId neighbour, KmePair pair) {}

    private final NodeId self;
    private final Neighbours neighbours;
    private final Map<String, FetchLinkKeys> fetchers;
    private final Map<Link, ClaimLinkKeys> claimers;
    private final RelaySignals signals;
    private final Consumer<NodeId> askForKeys;

    /**
     * @param fetchers by the name of the own KME in routes
     * @param askForKeys has a neighbour asked for keys that no own KME gives
     */
    public LinkKeyProcessors(
            NodeId self,
            Neighbours neighbours,
            Map<String, FetchLinkKeys> fetchers,
            Map<Link, ClaimLinkKeys> claimers,
            RelaySignals signals,
            Consumer<NodeId> askForKeys) {
        this.self = self;
        this.neighbours = neighbours;
        this.fetchers = Map.copyOf(fetchers);
        this.claimers = Map.copyOf(claimers);
        this.signals = signals;
        this.askForKeys = askForKeys;
    }

    /** The body names the own KME; the announcements to send take its place. */
    public void fetchLinkKeys(Exchange exchange) {
        FetchLinkKeys fetcher = fetchers.get(exchange.getMessage().getBody(String.class));
        if (fetcher.link().neighbourEpoch().isEmpty()) {
            signals.askEpoch(fetcher.link().neighbour());
        }
        exchange.setProperty(RouteProperties.NEIGHBOUR, fetcher.link().neighbour());
        exchange.getMessage().setBody(fetcher.fetch());
        if (fetcher.link().grants().areNeeded()) {
            askForKeys.accept(fetcher.link().neighbour());
        }
    }

    public void writeAnnouncement(Exchange exchange) {
        LinkKeyAnnouncement announcement = exchange.getMessage().getBody(LinkKeyAnnouncement.class);
        exchange.setProperty(ANNOUNCEMENT, announcement);
        exchange.setProperty(RouteProperties.CALL, NeighbourCall.postJson(PATH, LinkKeyCodec.encode(announcement)));
    }

    public void readConfirmation(Exchange exchange) {
        LinkKeyAnnouncement announcement = require(exchange, ANNOUNCEMENT, LinkKeyAnnouncement.class);
        NodeId neighbour = require(exchange, RouteProperties.NEIGHBOUR, NodeId.class);
        LinkKeys link = neighbours.link(neighbour).orElseThrow();
        NeighbourProcessors.NeighbourAnswer answer = NeighbourProcessors.answer(exchange);
        try {
            if (answer.isOk()) {
                link.outgoing().answered(announcement, LinkKeyCodec.decodeAnswer(answer.body()));
                return;
            }
            answer.changedEpoch().ifPresent(link::learnNeighbourEpoch);
        } catch (MalformedMessage e) {
            // As good as no answer; said by the try that it costs.
        }
        link.outgoing().unanswered(announcement);
    }

    /** Claims at the own KME, on the thread of this request: its own share of the node, so nothing else waits. */
    public void claimLinkKeys(Exchange exchange) {
        NodeId peer = require(exchange, RouteProperties.PEER, NodeId.class);
        byte[] body = exchange.getMessage().getBody(byte[].class);
        LinkKeyAnnouncement announcement = LinkKeyCodec.decode(body == null ? new byte[0] : body);
        ClaimLinkKeys claimer = claimer(peer, announcement.pair());
        Claim claim = neighbours.link(peer).orElseThrow().incoming().announced(announcement);
        if (claim instanceof Claim.EpochChanged changed) {
            if (changed.askNeighbour()) {
                signals.askEpoch(peer);
            }
            PeerAnswers.refuse(
                    exchange, HopRefusal.epochChanged(changed.ownEpoch()).at(new Edge(peer, self)));
        } else if (claim instanceof Claim.Wanted wanted) {
            PeerAnswers.ok(exchange, LinkKeyCodec.encodeAnswer(claimer.claim(announcement, wanted)));
        }
    }

    /** Tells digests of keys of the own KME, which then are of no other use. */
    public void compareLinkKeys(Exchange exchange) {
        NodeId peer = require(exchange, RouteProperties.PEER, NodeId.class);
        byte[] body = exchange.getMessage().getBody(byte[].class);
        CompareCodec.Request request = CompareCodec.decode(body == null ? new byte[0] : body);
        ClaimLinkKeys claimer = claimer(peer, request.pair());
        if (!claimer.mayCompare()) {
            throw Refusal.unavailable("keys are compared once a second");
        }
        PeerAnswers.ok(
                exchange, CompareCodec.encodeAnswer(claimer.comparison().compare(request.nonce(), request.wish())));
    }

    private ClaimLinkKeys claimer(NodeId peer, KmePair asThePeerSeesIt) {
        ClaimLinkKeys claimer = claimers.get(new Link(peer, asThePeerSeesIt.seenFromFarEnd()));
        if (claimer == null) {
            throw new MalformedMessage("kme: this pair of KMEs is not configured between the two nodes");
        }
        return claimer;
    }
}
