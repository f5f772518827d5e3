package org.qkdmesh.node.management;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.TreeMap;
import org.qkdmesh.store.StoreInspection;

/** What a look at a store has found, as a document; the same whether the node runs or not. */
public final class StoreView {

    private StoreView() {}

    public static ObjectNode document(StoreInspection store) {
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        document.put("sound", store.isSound()).put("unreadable_keys", store.unreadable());
        store.damage().forEach(document.putArray("damage")::add);
        store.node().ifPresent(node -> document.put("node", node));
        store.backup().ifPresent(takenAt -> document.put("backup", takenAt.toString()));
        ObjectNode rows = document.putObject("rows");
        new TreeMap<>(store.rows()).forEach(rows::put);
        return document;
    }
}
