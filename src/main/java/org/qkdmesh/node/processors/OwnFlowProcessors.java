package org.qkdmesh.node.processors;

import static org.qkdmesh.node.processors.RouteProperties.require;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.qkdmesh.etsi014.KeyRequest;
import org.qkdmesh.etsi014.KeyRequestCodec;
import org.qkdmesh.etsi014.QueryParameters;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.model.SaePair;
import org.qkdmesh.model.SessionKey;
import org.qkdmesh.ops.KeyFiles;
import org.qkdmesh.sae.PairLimits;
import org.qkdmesh.sae.SaeRules;

/** Steps that no flow of the delivered routes needs, for the flows of an integrator. */
public final class OwnFlowProcessors {

    private final SaeRules rules;
    private final PairLimits limits;
    private final KeyOrders orders;

    public OwnFlowProcessors(SaeRules rules, PairLimits limits, KeyOrders orders) {
        this.rules = rules;
        this.limits = limits;
        this.orders = orders;
    }

    /** Orders keys for an SAE of this node without a request of its own, by the same rules as if it had asked. */
    public void orderKeys(Exchange exchange) {
        String master = require(exchange, RouteProperties.MASTER, String.class);
        String slave = require(exchange, RouteProperties.SLAVE, String.class);
        Map<String, Object> wanted = new HashMap<>();
        wanted.put("number", exchange.getProperty(RouteProperties.NUMBER, String.class));
        wanted.put("size", exchange.getProperty(RouteProperties.SIZE_BITS, String.class));
        wanted.values().removeIf(value -> value == null);
        SaePair pair = rules.calledByMaster(new SaeId(master), slave);
        KeyRequest request = KeyRequestCodec.ofGet(new QueryParameters(wanted), limits.of(pair));
        exchange.setProperty(RouteProperties.PAIR, pair);
        orders.place(exchange, pair, request);
    }

    /** What may be told of the keys at hand: everything but the keys. */
    @SuppressWarnings("unchecked")
    public void describeKeys(Exchange exchange) {
        SaePair pair = require(exchange, RouteProperties.PAIR, SaePair.class);
        List<SessionKey> keys = require(exchange, RouteProperties.KEYS, List.class);
        String now = Instant.now().truncatedTo(ChronoUnit.MILLIS).toString();
        exchange.setProperty(
                RouteProperties.KEY_METADATA,
                keys.stream().map(key -> describe(key, pair, now)).toList());
    }

    private static Map<String, Object> describe(SessionKey key, SaePair pair, String now) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("time", now);
        members.put("key_ID", key.id().toString());
        members.put("size", key.bytes().lengthBits());
        members.put("master_SAE_ID", pair.master().text());
        members.put("slave_SAE_ID", pair.slave().text());
        return members;
    }

    /** Each key at hand into a file of its own, mode 0600. */
    @SuppressWarnings("unchecked")
    public void writeKeyFiles(Exchange exchange) throws IOException {
        Path directory = Path.of(require(exchange, RouteProperties.KEY_DIRECTORY, String.class));
        for (SessionKey key : (List<SessionKey>) require(exchange, RouteProperties.KEYS, List.class)) {
            KeyFiles.write(directory, key);
        }
    }
}
