package org.qkdmesh.node.processors;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.camel.Exchange;
import org.qkdmesh.model.Refusal;
import org.qkdmesh.ops.Logs;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The steps by which an operator sees and changes how much is logged, while the node runs. */
public final class LogProcessors {

    private static final Logger LOG = LoggerFactory.getLogger("org.qkdmesh.events");
    private static final String LOGGER = "logger";
    private static final String LEVEL = "level";

    public void writeLogLevels(Exchange exchange) {
        ObjectNode levels = JsonNodeFactory.instance.objectNode();
        Logs.levels().forEach(levels::put);
        ViewProcessors.answer(exchange, 200, levels);
    }

    public void setLogLevel(Exchange exchange) {
        String logger = exchange.getMessage().getHeader(LOGGER, String.class);
        String level = exchange.getMessage().getHeader(LEVEL, String.class);
        change(() -> Logs.setLevel(logger, level));
        LOG.info("log-level: {} is {} now", logger, level);
    }

    public void clearLogLevel(Exchange exchange) {
        String logger = exchange.getMessage().getHeader(LOGGER, String.class);
        change(() -> Logs.clearLevel(logger));
        LOG.info("log-level: {} has the level of what is above it again", logger);
    }

    private static void change(Runnable change) {
        try {
            change.run();
        } catch (IllegalArgumentException e) {
            throw Refusal.badRequest(e.getMessage());
        }
    }
}
