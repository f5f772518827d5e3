package org.qkdmesh.node.processors;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.function.Supplier;
import org.apache.camel.Exchange;
import org.qkdmesh.model.Refusal;

/** What an operator's request says. */
final class JsonBody {

    private static final ObjectMapper JSON = new ObjectMapper();

    private JsonBody() {}

    /**
     * The body as JSON; a missing node when there is none.
     *
     * @param malformed how a body that is no JSON is refused
     */
    static JsonNode read(Exchange exchange, Supplier<Refusal> malformed) {
        byte[] body = exchange.getMessage().getBody(byte[].class);
        try {
            return JSON.readTree(body == null ? new byte[0] : body);
        } catch (IOException e) {
            throw malformed.get();
        }
    }
}
