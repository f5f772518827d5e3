package org.qkdmesh.network;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.qkdmesh.etsi014.KeyContainerCodec;
import org.qkdmesh.model.SecretBytes;
import org.qkdmesh.model.SessionKey;

/** A step of simulated KMEs that remembers each key that they give. */
public final class KmeRecord implements Processor {

    private static final Map<String, byte[]> KEYS = new ConcurrentHashMap<>();

    /** All that were given in this process so far, by their ids. */
    static Map<String, byte[]> keys() {
        return Map.copyOf(KEYS);
    }

    @Override
    public void process(Exchange exchange) {
        SecretBytes container = exchange.getMessage().getBody(SecretBytes.class);
        List<SessionKey> keys = KeyContainerCodec.decode(container.insecureAccess(), 1_000, 1_000);
        keys.forEach(key ->
                KEYS.put(key.id().toString(), key.bytes().insecureAccess().clone()));
    }
}
