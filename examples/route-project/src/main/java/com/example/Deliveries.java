package com.example;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.camel.Exchange;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.SaePair;

/** Which keys were fetched since the accounting was last told. It knows ids only, never a key. */
public final class Deliveries {

    private static final int MOST = 10_000;

    private final List<String> noted = new ArrayList<>();
    private int told;

    /** A step of dec-keys, after the keys were taken from the store. */
    public synchronized void note(Exchange exchange) {
        SaePair pair = exchange.getProperty("pair", SaePair.class);
        for (Object id : exchange.getProperty("keyIds", List.class)) {
            if (noted.size() < MOST) {
                noted.add("{\"key_ID\":\"" + ((KeyId) id).uuid() + "\",\"master\":\""
                        + pair.master().text() + "\",\"slave\":\""
                        + pair.slave().text() + "\"}");
            }
        }
    }

    /** Leaves what is to be told as the body; nothing where there is nothing. */
    public synchronized void list(Exchange exchange) {
        told = noted.size();
        exchange.getMessage().setHeader(Exchange.CONTENT_TYPE, "application/json");
        exchange.getMessage()
                .setBody(noted.isEmpty() ? null : noted.stream().collect(Collectors.joining(",", "[", "]")));
    }

    /** The accounting has got what {@link #list} left; without this it is told the same again. */
    public synchronized void forget() {
        noted.subList(0, told).clear();
    }
}
