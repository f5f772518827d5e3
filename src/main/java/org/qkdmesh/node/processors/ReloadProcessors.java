package org.qkdmesh.node.processors;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.apache.camel.Exchange;
import org.qkdmesh.config.ConfigMistakes;
import org.qkdmesh.model.Refusal;
import org.qkdmesh.routefiles.RouteMistakes;

/** The step by which an operator has the configuration read again. */
public final class ReloadProcessors {

    /** Reads the configuration again and goes by it. */
    @FunctionalInterface
    public interface Reload {

        /**
         * @return what has changed, a line each
         * @throws ConfigMistakes when it can not be used; then nothing has changed
         * @throws RouteMistakes when the route files, which are read again as well, can not be used; likewise
         */
        List<String> run() throws Exception;
    }

    private final Reload reload;

    public ReloadProcessors(Reload reload) {
        this.reload = reload;
    }

    public void reload(Exchange exchange) throws Exception {
        try {
            ObjectNode root = JsonNodeFactory.instance.objectNode();
            ArrayNode changes = root.putArray("changes");
            reload.run().forEach(changes::add);
            ViewProcessors.answer(exchange, 200, root);
        } catch (ConfigMistakes | RouteMistakes e) {
            throw Refusal.badRequest(
                    "the configuration is not taken, and nothing has changed:" + '\n' + e.getMessage());
        }
    }
}
