package org.qkdmesh.simulator;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.spi.Registry;
import org.qkdmesh.etsi014.ErrorCodec;
import org.qkdmesh.etsi014.KeyContainerCodec;
import org.qkdmesh.etsi014.KeyIdsCodec;
import org.qkdmesh.etsi014.KeyLimits;
import org.qkdmesh.etsi014.KeyRequest;
import org.qkdmesh.etsi014.KeyRequestCodec;
import org.qkdmesh.etsi014.QueryParameters;
import org.qkdmesh.etsi014.StatusCodec;
import org.qkdmesh.identity.CertificateIdentity;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.Refusal;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.model.SessionKey;
import org.qkdmesh.routefiles.RouteContract.KeyEffect;
import org.qkdmesh.simulator.KmeFault.Kind;
import org.qkdmesh.transport.Answers;
import org.qkdmesh.transport.Caller;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The steps of the simulator's routes. */
final class SimulatorProcessors {

    private static final Logger LOG = LoggerFactory.getLogger(SimulatorProcessors.class);

    /** Milliseconds: how long the KME waits before it answers. */
    private static final String DELAY = "delayMillis";

    private static final Map<String, Function<SimulatorProcessors, Processor>> STEPS = new LinkedHashMap<>();

    static {
        STEPS.put("lookAtFault", steps -> steps::lookAtFault);
        STEPS.put("failOnPurpose", steps -> steps::failOnPurpose);
        STEPS.put("writeKmeStatus", steps -> steps::writeKmeStatus);
        STEPS.put("giveKmeKeys", steps -> steps::giveKmeKeys);
        STEPS.put("takeKmeKeys", steps -> steps::takeKmeKeys);
        STEPS.put("writeKmeError", steps -> SimulatorProcessors::writeKmeError);
        STEPS.put("setFault", steps -> steps::setFault);
        STEPS.put("writeFaults", steps -> steps::writeFaults);
    }

    private final FaultSwitch faults;

    SimulatorProcessors(FaultSwitch faults) {
        this.faults = faults;
    }

    /** Those of the steps that put keys into the body. */
    static Map<String, KeyEffect> keySteps() {
        return Map.of("giveKmeKeys", KeyEffect.BODY_HOLDS_KEYS, "takeKmeKeys", KeyEffect.BODY_HOLDS_KEYS);
    }

    void bind(Registry registry) {
        STEPS.forEach((name, step) -> registry.bind(name, step.apply(this)));
    }

    /** The names that are bound, known without a simulator. */
    static Set<String> names() {
        return Collections.unmodifiableSet(STEPS.keySet());
    }

    private void lookAtFault(Exchange exchange) {
        exchange.setProperty(DELAY, kme(exchange).fault().delayMillis());
    }

    private void failOnPurpose(Exchange exchange) {
        KmeFault fault = kme(exchange).fault();
        boolean get = isGet(exchange);
        boolean status = exchange.getFromRouteId().equals("kme-status");
        switch (fault.kind()) {
            case ERROR -> fail(exchange, fault.status(), ErrorCodec.encode("simulated error", List.of()));
            case DETAIL -> fail(exchange, fault.status(), "{\"detail\":\"simulated error\"}".getBytes(UTF_8));
            case GET_ONLY -> failIf(!get, exchange, 405);
            case POST_ONLY -> failIf(get && !status, exchange, 405);
            case TEXT -> {
                Answers.write(exchange, 200, "text/plain", "back in five minutes".getBytes(UTF_8));
                exchange.setRouteStop(true);
            }
            default -> {
                // Not a fault of every call.
            }
        }
    }

    private static void failIf(boolean wrong, Exchange exchange, int status) {
        if (wrong) {
            fail(exchange, status, ErrorCodec.encode("simulated error", List.of()));
        }
    }

    private static void fail(Exchange exchange, int status, byte[] body) {
        Answers.json(exchange, status, body);
        exchange.setRouteStop(true);
    }

    /** True when the KME was asked for too many at once, and that was the answer. */
    private static boolean isOverLimit(Exchange exchange, SimulatedKme kme, int number) {
        boolean over = kme.fault().kind() == Kind.LIMIT && number > kme.limits().maxPerRequest() / 4;
        failIf(over, exchange, kme.fault().status());
        return over;
    }

    private void writeKmeStatus(Exchange exchange) {
        Answers.json(
                exchange,
                200,
                StatusCodec.encode(kme(exchange).status(caller(exchange), header(exchange, "slave_SAE_ID"))));
    }

    private void giveKmeKeys(Exchange exchange) {
        SimulatedKme kme = kme(exchange);
        QueryParameters query = query(exchange);
        KeyLimits limits = kme.limits();
        KeyRequest request = isGet(exchange)
                ? KeyRequestCodec.ofGet(query, limits)
                : KeyRequestCodec.ofPost(query, body(exchange), limits);
        if (!isOverLimit(exchange, kme, request.number())) {
            writeKeys(exchange, kme.encKeys(caller(exchange), header(exchange, "slave_SAE_ID"), request));
        }
    }

    private void takeKmeKeys(Exchange exchange) {
        SimulatedKme kme = kme(exchange);
        List<KeyId> ids =
                isGet(exchange) ? KeyIdsCodec.ofGet(query(exchange)) : KeyIdsCodec.ofPost(body(exchange), kme.limits());
        if (!isOverLimit(exchange, kme, ids.size())) {
            writeKeys(exchange, kme.decKeys(caller(exchange), header(exchange, "master_SAE_ID"), ids));
        }
    }

    private static void writeKeys(Exchange exchange, List<SessionKey> keys) {
        Answers.json(exchange, 200, KeyContainerCodec.encode(keys));
        exchange.getMessage().setHeader("Cache-Control", "no-store");
        keys.forEach(SessionKey::close);
    }

    private void setFault(Exchange exchange) {
        FaultCodec.Wish wish = FaultCodec.decode(body(exchange));
        faults.set(wish.kme(), wish.fault());
    }

    private void writeFaults(Exchange exchange) {
        Answers.json(exchange, 200, FaultCodec.encode(faults.kmes()));
    }

    private static void writeKmeError(Exchange exchange) {
        Throwable failure = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
        if (!(failure instanceof Refusal)) {
            LOG.error("route {} failed", exchange.getFromRouteId(), failure);
        }
        Refusal refusal =
                failure instanceof Refusal known ? known : Refusal.unavailable("the request could not be served now");
        Answers.refusal(exchange, refusal);
        if (refusal.isTemporary()) {
            exchange.getMessage().setHeader("Retry-After", "1");
        }
    }

    private static SimulatedKme kme(Exchange exchange) {
        return exchange.getProperty(KmeDoors.KME, SimulatedKme.class);
    }

    /** Trusted nodes are the SAEs of KMEs; null when the certificate names nobody who could be one. */
    private static SaeId caller(Exchange exchange) {
        CertificateIdentity identity = Caller.of(exchange).identity();
        return switch (identity.role()) {
            case NODE, SAE, NAMED -> new SaeId(identity.id());
            case KME, NOBODY -> null;
        };
    }

    private static String header(Exchange exchange, String name) {
        return exchange.getMessage().getHeader(name, String.class);
    }

    private static byte[] body(Exchange exchange) {
        return exchange.getMessage().getBody(byte[].class);
    }

    private static boolean isGet(Exchange exchange) {
        return "GET".equals(exchange.getMessage().getHeader(Exchange.HTTP_METHOD));
    }

    /** The server has decoded the query into headers. */
    private static QueryParameters query(Exchange exchange) {
        return new QueryParameters(exchange.getMessage().getHeaders());
    }
}
