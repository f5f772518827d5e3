package org.qkdmesh.node.management;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.UUID;
import java.util.function.Supplier;
import org.qkdmesh.discovery.Discovery;
import org.qkdmesh.discovery.NeighbourState;
import org.qkdmesh.kme.LinkState;
import org.qkdmesh.kme.Neighbours;
import org.qkdmesh.model.NodeId;

/** The links of the node: whether the neighbour answers, and how much key there is, in each direction. */
public final class LinksView {

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private final NodeId self;
    private final Supplier<UUID> epoch;
    private final Neighbours neighbours;
    private final Discovery discovery;

    public LinksView(NodeId self, Supplier<UUID> epoch, Neighbours neighbours, Discovery discovery) {
        this.self = self;
        this.epoch = epoch;
        this.neighbours = neighbours;
        this.discovery = discovery;
    }

    /** A document with every link and every KME pair of it. */
    public ObjectNode document() {
        ObjectNode root = JSON.objectNode()
                .put("node", self.text())
                .put("epoch", epoch.get().toString());
        root.set("links", links());
        return root;
    }

    ArrayNode links() {
        ArrayNode links = JSON.arrayNode();
        for (NeighbourState neighbour : discovery.neighbours()) {
            neighbours.link(neighbour.id()).ifPresent(link -> links.add(link(link.state(), neighbour)));
        }
        return links;
    }

    private static ObjectNode link(LinkState state, NeighbourState neighbour) {
        ObjectNode link =
                JSON.objectNode().put("neighbour", neighbour.id().text()).put("up", neighbour.up());
        state.neighbourEpoch().ifPresent(known -> link.put("neighbour_epoch", known.toString()));
        neighbour.silentMillis().ifPresent(millis -> link.put("seconds_since_answer", millis / 1000));
        if (state.combined()) {
            link.put("combine", "xor");
        }
        link.put("unconfirmed_bits", state.unconfirmedBits());
        link.put("missed_bits_per_second", rounded(state.missedBitsPerSecond()));
        link.set("ours", direction(state.ours()));
        link.set("theirs", direction(state.theirs()));
        ArrayNode pairs = link.putArray("kme_pairs");
        state.pairs().forEach(pair -> pairs.add(pair(pair)));
        return link;
    }

    private static ObjectNode pair(LinkState.Pair pair) {
        ObjectNode entry = JSON.objectNode()
                .put("kme", pair.kmes().own().text())
                .put("peer", pair.kmes().far().text());
        entry.set("ours", direction(pair.ours()));
        entry.set("theirs", direction(pair.theirs()));
        pair.trouble().ifPresent(why -> entry.put("trouble", why));
        pair.kme().ifPresent(said -> entry.put("kme_stored_key_count", said.storedKeys()));
        return entry;
    }

    /** No {@code seconds_until_empty} where it does not become empty. */
    private static ObjectNode direction(LinkState.Direction direction) {
        ObjectNode entry = JSON.objectNode()
                .put("stock_bits", direction.stockBits())
                .put("demand_bits_per_second", rounded(direction.demandBitsPerSecond()))
                .put("refill_bits_per_second", rounded(direction.refillBitsPerSecond()));
        if (Double.isFinite(direction.secondsUntilEmpty())) {
            entry.put("seconds_until_empty", Math.round(direction.secondsUntilEmpty()));
        }
        return entry;
    }

    private static double rounded(double rate) {
        return Math.round(rate * 10) / 10.0;
    }
}
