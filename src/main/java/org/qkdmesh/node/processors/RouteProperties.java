package org.qkdmesh.node.processors;

import org.apache.camel.Exchange;
import org.qkdmesh.routing.PathPlanner;
import org.qkdmesh.transport.RequestId;

/** The names of the exchange properties that the steps of the routes hand to each other. */
public final class RouteProperties {

    /** {@code SaePair}: master and slave of this request. */
    public static final String PAIR = "pair";

    /** List of {@code KeyId}: what a slave asks for. */
    public static final String KEY_IDS = "keyIds";

    /** Text: the SAE of this node that {@code orderKeys} orders keys for. */
    public static final String MASTER = "master";

    /** Text: the SAE that is to have the same keys. */
    public static final String SLAVE = "slave";

    /** Number: how many keys {@code orderKeys} orders; 1 where it is not set. */
    public static final String NUMBER = "number";

    /** Number: how long they are to be, in bits; the node's default where it is not set. */
    public static final String SIZE_BITS = "sizeBits";

    /** {@code KeyOrder}: what the master asked for and where its slave is. */
    public static final String KEY_ORDER = "keyOrder";

    /** List of {@code SessionKey}: what is about to be given to an SAE. */
    public static final String KEYS = "keys";

    /** List of maps: time, id, size and pair of each of these keys, in words that may be shown. */
    public static final String KEY_METADATA = "keyMetadata";

    /** Text: the directory for {@code writeKeyFiles}. */
    public static final String KEY_DIRECTORY = "keyDirectory";

    /** {@code RelayRequest}: the master's request on its way. */
    public static final String RELAY = "relay";

    /**
     * Truth: whether another attempt should be made. {@code ${exchangeProperty.relay.open}} says the same, but to look a method up
     * and call it costs Camel many times as much as to read a property.
     */
    public static final String RELAY_OPEN = "relayOpen";

    /** Text: bean name of the path planner. */
    public static final String PLANNER = "planner";

    /** {@link Hop}: the relay message to send now. */
    public static final String HOP = "hop";

    /** List of {@link Hop}: the relay messages to send now, where keys or shares of them go several ways. */
    public static final String HOPS = "hops";

    /** Number: milliseconds that one send of a relay message may take at most; less where less time is left. */
    public static final String HOP_MILLIS = "hopMillis";

    /** Text: the node that the relay message goes to, as the routes that send to it are named. */
    public static final String NEXT_NODE = "nextNode";

    /** {@code Transit}: a neighbour's relay on its way through this node. */
    public static final String TRANSIT = "transit";

    /** {@code HopReply}: the answer to a neighbour's relay. */
    public static final String HOP_REPLY = "hopReply";

    /** {@code NodeId}: the neighbour that made this request, by its certificate. */
    public static final String PEER = "peer";

    /** {@code NodeId}: the neighbour to call. */
    public static final String NEIGHBOUR = "neighbour";

    /** {@link NeighbourCall}: what to ask the neighbour. */
    public static final String CALL = "call";

    /** Text: where the next call to a neighbour goes, as an endpoint. */
    public static final String NEIGHBOUR_URI = "neighbourUri";

    /** Text: the KME that is called, as the routes that fetch from it are named. */
    public static final String KME_NAME = "kmeName";

    /** Text: where the next call to a KME goes, as an endpoint. */
    public static final String KME_URI = "kmeUri";

    /** Number: the seconds after which a caller that was refused may ask again. */
    public static final String RETRY_AFTER = "retryAfter";

    /** Text: the id of the request in logs and answers, at all nodes that it comes to. */
    public static final String REQUEST_ID = RequestId.PROPERTY;

    private RouteProperties() {}

    /** A property that an earlier step must have set. */
    static <T> T require(Exchange exchange, String name, Class<T> type) {
        T value = exchange.getProperty(name, type);
        if (value == null) {
            throw new IllegalStateException("the step before did not set the exchange property " + name);
        }
        return value;
    }

    /** The planner that the route has named. */
    static PathPlanner planner(Exchange exchange) {
        String name = require(exchange, PLANNER, String.class);
        PathPlanner planner = exchange.getContext().getRegistry().lookupByNameAndType(name, PathPlanner.class);
        if (planner == null) {
            throw new IllegalStateException("there is no path planner of the name " + name);
        }
        return planner;
    }
}
