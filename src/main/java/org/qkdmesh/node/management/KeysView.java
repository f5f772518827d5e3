package org.qkdmesh.node.management;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.store.NodeStore;
import org.qkdmesh.store.StoreFailure;
import org.qkdmesh.store.StoreTransaction;
import org.qkdmesh.store.Tally;

/** How many keys the node has to do with, by what they wait for; never which ones. */
public final class KeysView {

    private static final Comparator<Tally> ORDER = Comparator.comparing(Tally::kind)
            .thenComparing(tally -> tally.pair().toString())
            .thenComparing(tally -> tally.node().toString());

    private final NodeId self;
    private final NodeStore store;

    public KeysView(NodeId self, NodeStore store) {
        this.self = self;
        this.store = store;
    }

    /** @throws StoreFailure when the store does not answer */
    public ObjectNode document() {
        List<Tally> tallies = store.transact(StoreTransaction::tallies);
        ObjectNode root = JsonNodeFactory.instance.objectNode().put("node", self.text());
        ArrayNode counts = root.putArray("counts");
        tallies.stream().sorted(ORDER).forEach(tally -> {
            ObjectNode count = counts.addObject()
                    .put("state", tally.kind().name().toLowerCase(Locale.ROOT))
                    .put("keys", tally.keys())
                    .put("rows", tally.rows());
            tally.pair().ifPresent(pair -> count.put("from", pair.master().text())
                    .put("to", pair.slave().text()));
            tally.node().ifPresent(node -> count.put("node", node.text()));
        });
        return root;
    }
}
