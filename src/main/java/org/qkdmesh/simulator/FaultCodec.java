package org.qkdmesh.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import org.qkdmesh.etsi020.MalformedMessage;
import org.qkdmesh.etsi020.WireJson;
import org.qkdmesh.model.KmeId;
import org.qkdmesh.model.Refusal;
import org.qkdmesh.simulator.KmeFault.Kind;

/** Faults as JSON on the management port. */
final class FaultCodec {

    private static final int DEFAULT_MILLIS = 1_000;
    private static final int DEFAULT_STATUS = 500;

    /** A wish for a fault. */
    record Wish(KmeId kme, KmeFault fault) {}

    private FaultCodec() {}

    /**
     * Reads {@code {"kme":"...","fault":"empty","millis":1000,"status":500}}, the last two
     * optional.
     *
     * @throws Refusal 400
     */
    static Wish decode(byte[] body) {
        try {
            JsonNode tree = WireJson.parse(body);
            KmeId kme = WireJson.checked("kme", () -> new KmeId(WireJson.text(tree, "kme")));
            Kind kind = Kind.ofWireName(WireJson.text(tree, "fault"))
                    .orElseThrow(() -> new MalformedMessage("fault shall be one of "
                            + Arrays.stream(Kind.values()).map(Kind::wireName).collect(Collectors.joining(", "))));
            int millis = tree.has("millis")
                    ? (int) WireJson.integer(tree, "millis", 0, KmeFault.MAX_MILLIS)
                    : DEFAULT_MILLIS;
            int status = tree.has("status") ? (int) WireJson.integer(tree, "status", 400, 599) : DEFAULT_STATUS;
            return new Wish(kme, new KmeFault(kind, millis, status));
        } catch (MalformedMessage e) {
            throw Refusal.badRequest(e.getMessage());
        }
    }

    static byte[] encode(Collection<SimulatedKme> kmes) {
        return WireJson.object(512, json -> {
            json.writeArrayFieldStart("faults");
            for (SimulatedKme kme : kmes) {
                KmeFault fault = kme.fault();
                json.writeStartObject();
                json.writeStringField("kme", kme.id().text());
                json.writeStringField("fault", fault.kind().wireName());
                if (fault.kind() == Kind.SLOW || fault.kind() == Kind.LATE) {
                    json.writeNumberField("millis", fault.millis());
                } else if (List.of(Kind.ERROR, Kind.DETAIL, Kind.LIMIT).contains(fault.kind())) {
                    json.writeNumberField("status", fault.status());
                }
                json.writeEndObject();
            }
            json.writeEndArray();
        });
    }
}
