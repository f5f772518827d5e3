package org.qkdmesh.node.processors;

import static org.qkdmesh.node.processors.RouteProperties.require;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.camel.support.SynchronizationAdapter;
import org.apache.camel.util.ObjectHelper;
import org.qkdmesh.etsi014.KeyContainerCodec;
import org.qkdmesh.etsi014.KeyIdsCodec;
import org.qkdmesh.etsi014.KeyRequest;
import org.qkdmesh.etsi014.KeyRequestCodec;
import org.qkdmesh.etsi014.QueryParameters;
import org.qkdmesh.etsi014.StatusCodec;
import org.qkdmesh.identity.CertificateIdentity;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.Refusal;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.model.SaePair;
import org.qkdmesh.model.SessionKey;
import org.qkdmesh.sae.FetchKeys;
import org.qkdmesh.sae.LocalKeys;
import org.qkdmesh.sae.PairLimits;
import org.qkdmesh.sae.PairRefusals;
import org.qkdmesh.sae.PairStatus;
import org.qkdmesh.sae.SaeRules;
import org.qkdmesh.store.PairUse;
import org.qkdmesh.transport.Answers;
import org.qkdmesh.transport.Caller;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The steps of {@code status}, {@code enc-keys} and {@code dec-keys}. */
public final class SaeProcessors {

    private static final Logger LOG = LoggerFactory.getLogger(SaeProcessors.class);
    private static final String SLAVE = "slave_SAE_ID";
    private static final String MASTER = "master_SAE_ID";

    /** {@code PairUse.Direction}: which keys were asked for. */
    private static final String DIRECTION = "useDirection";

    private final SaeRules rules;
    private final KeyOrders orders;
    private final PairRefusals pairRefusals;
    private final PairStatus status;
    private final LocalKeys localKeys;
    private final FetchKeys fetchKeys;
    private final PairLimits limits;
    private final Map<SaeId, String> pins;
    private final EventLog events;

    /** @param pins the fingerprints of the certificates that some SAEs are pinned to */
    public SaeProcessors(
            SaeRules rules,
            KeyOrders orders,
            PairRefusals pairRefusals,
            PairStatus status,
            LocalKeys localKeys,
            FetchKeys fetchKeys,
            PairLimits limits,
            Map<SaeId, String> pins,
            EventLog events) {
        this.rules = rules;
        this.orders = orders;
        this.pairRefusals = pairRefusals;
        this.status = status;
        this.localKeys = localKeys;
        this.fetchKeys = fetchKeys;
        this.limits = limits;
        this.pins = Map.copyOf(pins);
        this.events = events;
    }

    /**
     * Leaves the pair of SAEs, the caller as its master; refuses whoever is not an SAE of this node, and pairs that are
     * not allowed. Which side the caller is on is the route's to say: in the message, a query parameter can take the name
     * that another route has in its path.
     */
    public void identifyMaster(Exchange exchange) {
        String slave = exchange.getMessage().getHeader(SLAVE, String.class);
        exchange.setProperty(RouteProperties.PAIR, rules.calledByMaster(callingSae(Caller.of(exchange)), slave));
    }

    /** Leaves the pair of SAEs, the caller as its slave; refuses as {@link #identifyMaster}. */
    public void identifySlave(Exchange exchange) {
        String master = exchange.getMessage().getHeader(MASTER, String.class);
        exchange.setProperty(RouteProperties.PAIR, rules.calledBySlave(callingSae(Caller.of(exchange)), master));
    }

    /** Null when the certificate names no SAE, or is not the one that the SAE is pinned to. */
    private SaeId callingSae(Caller caller) {
        CertificateIdentity identity = caller.identity();
        boolean named =
                identity.role() == CertificateIdentity.Role.SAE || identity.role() == CertificateIdentity.Role.NAMED;
        if (!named) {
            return null;
        }
        SaeId sae = new SaeId(identity.id());
        String pin = pins.get(sae);
        return pin == null || pin.equals(caller.fingerprint()) ? sae : null;
    }

    /** Counts the keys on the path that the planner named by the route finds. */
    public void writeStatus(Exchange exchange) {
        SaePair pair = require(exchange, RouteProperties.PAIR, SaePair.class);
        NodeId egress = rules.homeOfSlave(pair);
        Answers.json(exchange, 200, StatusCodec.encode(status.of(pair, egress, RouteProperties.planner(exchange))));
    }

    public void readKeyRequest(Exchange exchange) {
        exchange.setProperty(DIRECTION, PairUse.Direction.GIVEN);
        SaePair pair = require(exchange, RouteProperties.PAIR, SaePair.class);
        QueryParameters query = query(exchange);
        KeyRequest request = isGet(exchange)
                ? KeyRequestCodec.ofGet(query, limits.of(pair))
                : KeyRequestCodec.ofPost(query, exchange.getMessage().getBody(byte[].class), limits.of(pair));
        orders.place(exchange, pair, request);
    }

    public void makeLocalKeys(Exchange exchange) {
        KeyOrder order = require(exchange, RouteProperties.KEY_ORDER, KeyOrder.class);
        List<SessionKey> keys =
                localKeys.make(order.destinations().get(0).saes(), KeyRequest.of(order.number(), order.sizeBits()));
        events.keys(EventLog.KeyEvent.GIVEN, keys.size());
        give(exchange, keys);
    }

    public void readKeyIds(Exchange exchange) {
        exchange.setProperty(DIRECTION, PairUse.Direction.FETCHED);
        List<KeyId> ids = isGet(exchange)
                ? KeyIdsCodec.ofGet(query(exchange))
                : KeyIdsCodec.ofPost(exchange.getMessage().getBody(byte[].class), limits.node());
        exchange.setProperty(RouteProperties.KEY_IDS, ids);
    }

    @SuppressWarnings("unchecked")
    public void takeStoredKeys(Exchange exchange) {
        SaePair pair = require(exchange, RouteProperties.PAIR, SaePair.class);
        List<KeyId> ids = require(exchange, RouteProperties.KEY_IDS, List.class);
        List<SessionKey> keys = fetchKeys.fetch(pair, ids);
        give(exchange, keys);
    }

    /** Hands keys to the next steps, and sees to it that they are erased whatever becomes of the exchange. */
    private static void give(Exchange exchange, List<SessionKey> keys) {
        exchange.setProperty(RouteProperties.KEYS, keys);
        exchange.getExchangeExtension().addOnCompletion(new SynchronizationAdapter() {
            @Override
            public void onDone(Exchange done) {
                keys.forEach(SessionKey::close);
            }
        });
    }

    /** The only step that puts keys into a body, as bytes that the server erases once they are sent. */
    @SuppressWarnings("unchecked")
    public void writeKeyContainer(Exchange exchange) {
        List<SessionKey> keys = require(exchange, RouteProperties.KEYS, List.class);
        Answers.json(exchange, 200, KeyContainerCodec.encode(keys));
        exchange.getMessage().setHeader("Cache-Control", "no-store");
    }

    /** A refusal in the form of the standard, with its status; leaves the seconds after which to ask again. */
    public void writeSaeRefusal(Exchange exchange) {
        Refusal refusal = ObjectHelper.getException(
                Refusal.class, exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class));
        countRefusal(exchange, refusal.reason(), refusal.pair());
        exchange.setProperty(RouteProperties.RETRY_AFTER, refusal.retryAfterSeconds());
        Answers.refusal(exchange, refusal);
    }

    /** A failure that nobody foresaw: what went wrong inside stays in the log. */
    public void noteFailure(Exchange exchange) {
        LOG.error(
                "route {} failed",
                exchange.getFromRouteId(),
                exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class));
        countRefusal(exchange, Refusal.Status.UNAVAILABLE.name().toLowerCase(Locale.ROOT), Optional.empty());
        exchange.getMessage().removeHeaders("*");
    }

    /** @param refused the pair that the refusal is about, where it is not that of the request */
    private void countRefusal(Exchange exchange, String reason, Optional<SaePair> refused) {
        Optional<SaePair> pair = Optional.ofNullable(exchange.getProperty(RouteProperties.PAIR, SaePair.class));
        events.refused(new EventLog.RefusedRequest(
                String.valueOf(exchange.getFromRouteId()),
                reason,
                Caller.nameOf(exchange),
                refused.or(() -> pair).filter(rules::isKnown)));
        PairUse.Direction direction = exchange.getProperty(DIRECTION, PairUse.Direction.class);
        if (direction != null) {
            pair.filter(rules::isKnown).ifPresent(known -> pairRefusals.refused(known, direction));
        }
    }

    private static boolean isGet(Exchange exchange) {
        return "GET".equals(exchange.getMessage().getHeader(Exchange.HTTP_METHOD));
    }

    /** The server has decoded the query into headers. */
    private static QueryParameters query(Exchange exchange) {
        return new QueryParameters(exchange.getMessage().getHeaders());
    }
}
