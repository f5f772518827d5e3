package org.qkdmesh.node.processors;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.function.Supplier;
import org.apache.camel.Exchange;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.Refusal;
import org.qkdmesh.relay.Zeroise;

/** The step by which an operator has every key of the node destroyed. */
public final class ZeroiseProcessors {

    private final NodeId self;
    private final Supplier<Zeroise.Destroyed> zeroise;

    public ZeroiseProcessors(NodeId self, Supplier<Zeroise.Destroyed> zeroise) {
        this.self = self;
        this.zeroise = zeroise;
    }

    /** The body says which node is meant, so that the wrong one is not emptied by a slip. */
    public void zeroise(Exchange exchange) {
        if (!self.text().equals(confirmed(exchange))) {
            throw Refusal.badRequest("confirm: expected the id of this node, " + self
                    + "; nothing was destroyed. What this destroys can not be had back");
        }
        Zeroise.Destroyed destroyed = zeroise.get();
        ViewProcessors.answer(
                exchange,
                200,
                JsonNodeFactory.instance
                        .objectNode()
                        .put("node", self.text())
                        .put("waiting_keys", destroyed.waitingKeys())
                        .put("undecided_keys", destroyed.undecidedKeys())
                        .put("link_key_bits", 8 * destroyed.linkKeyBytes()));
    }

    private static String confirmed(Exchange exchange) {
        return JsonBody.read(
                        exchange, () -> Refusal.badRequest("expected a JSON object with confirm, the id of the node"))
                .path("confirm")
                .asText();
    }
}
