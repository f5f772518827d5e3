package org.qkdmesh.node;

import java.net.URI;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.camel.ProducerTemplate;
import org.qkdmesh.config.NodeConfig;
import org.qkdmesh.kme.ClaimLinkKeys;
import org.qkdmesh.kme.Etsi014Kme;
import org.qkdmesh.kme.FetchLinkKeys;
import org.qkdmesh.kme.LinkKeyLimits;
import org.qkdmesh.kme.LinkKeys;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.KmeId;
import org.qkdmesh.model.KmePair;
import org.qkdmesh.model.NodeClock;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.node.processors.BeanNames;
import org.qkdmesh.node.processors.KmeProcessors;
import org.qkdmesh.node.processors.LinkKeyProcessors;

/**
 * The links of a node as the configuration has them.
 *
 * @param link the link keys by neighbour
 * @param pairs the KME pairs of each
 * @param remote those of all pairs whose keys only the neighbour fetches
 * @param fetchers by the name of the own KME in routes
 */
record Links(
        Map<NodeId, LinkKeys> link,
        Map<NodeId, List<KmePair>> pairs,
        Set<KmePair> remote,
        Map<String, FetchLinkKeys> fetchers,
        Map<LinkKeyProcessors.Link, ClaimLinkKeys> claimers,
        Map<NodeId, URI> neighbourUrls,
        Map<KmeId, URI> kmeUrls) {

    /** @param running the links that run already: they go on with what they have */
    static Links of(
            NodeConfig config,
            Function<NodeId, Optional<LinkKeys>> running,
            UUID epoch,
            Supplier<ProducerTemplate> producer,
            Signals signals,
            NodeClock clock,
            EventLog events) {
        LinkKeyLimits limits = new LinkKeyLimits(
                config.linkKeys().floorBits() / 8,
                config.linkKeys().capacityBits() / 8,
                config.linkKeys().life());
        Map<NodeId, LinkKeys> links = new HashMap<>();
        Map<NodeId, List<KmePair>> pairs = new HashMap<>();
        Set<KmePair> remote = new HashSet<>();
        Map<String, FetchLinkKeys> fetchers = new HashMap<>();
        Map<LinkKeyProcessors.Link, ClaimLinkKeys> claimers = new HashMap<>();
        Map<NodeId, URI> neighbourUrls = new HashMap<>();
        Map<KmeId, URI> kmeUrls = new HashMap<>();
        for (NodeConfig.Neighbour neighbour : config.neighbours()) {
            pairs.put(neighbour.id(), pairs(neighbour));
            neighbourUrls.put(neighbour.id(), neighbour.url());
            LinkKeys link = running.apply(neighbour.id())
                    .orElseGet(() -> new LinkKeys(
                            neighbour.id(),
                            epoch,
                            pairs(neighbour),
                            neighbour.combine(),
                            limits,
                            clock,
                            events,
                            () -> signals.linkKeysWanted(neighbour.id())));
            links.put(neighbour.id(), link);
            for (NodeConfig.Kme kme : neighbour.kmes()) {
                kmeUrls.put(kme.id(), kme.url());
                if (kme.masters() == NodeConfig.Masters.REMOTE) {
                    remote.add(kme.pair());
                }
                Etsi014Kme client = new Etsi014Kme(
                        kme.peerSaeId(),
                        KmeProcessors.through(producer, kme.id()),
                        rule -> events.noted("kme-rule", kme.id() + ": " + rule));
                fetchers.put(BeanNames.of(kme.id().text()), new FetchLinkKeys(link, kme.pair(), client, clock, events));
                claimers.put(
                        new LinkKeyProcessors.Link(neighbour.id(), kme.pair()),
                        new ClaimLinkKeys(link, kme.pair(), client, events));
            }
        }
        return new Links(links, pairs, remote, fetchers, claimers, neighbourUrls, kmeUrls);
    }

    /** Has each link go by its pairs as they are here. */
    void use() {
        pairs.forEach((neighbour, own) -> link.get(neighbour).use(own, remote));
    }

    private static List<KmePair> pairs(NodeConfig.Neighbour neighbour) {
        return neighbour.kmes().stream().map(NodeConfig.Kme::pair).toList();
    }
}
