package org.qkdmesh.testkit;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.qkdmesh.etsi014.ErrorCodec;
import org.qkdmesh.etsi014.KeyContainerCodec;
import org.qkdmesh.etsi014.KeyIdsCodec;
import org.qkdmesh.etsi014.KeyRequestCodec;
import org.qkdmesh.etsi014.QueryParameters;
import org.qkdmesh.etsi014.StatusCodec;
import org.qkdmesh.model.Refusal;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.model.SecretBytes;
import org.qkdmesh.model.SessionKey;
import org.qkdmesh.simulator.SimulatedKme;
import org.qkdmesh.transport.InMemoryServer;

/** A simulated KME behind its API. */
record KmeEnd(SimulatedKme kme) implements Stub.Works {

    @Override
    public InMemoryServer.Reply answer(Call call) {
        try {
            return reply(200, serve(call));
        } catch (Refusal refusal) {
            return reply(refusal.status().code(), ErrorCodec.encode(refusal));
        }
    }

    private byte[] serve(Call call) {
        SaeId caller = new SaeId(call.from());
        String[] parts = call.target().split("\\?", 2);
        String[] path = parts[0].split("/");
        QueryParameters query = query(parts.length > 1 ? parts[1] : "");
        boolean get = call.method().equals("GET");
        String other = path[path.length - 2];
        return switch (path[path.length - 1]) {
            case "status" -> StatusCodec.encode(kme.status(caller, other));
            case "enc_keys" ->
                container(kme.encKeys(
                        caller,
                        other,
                        get
                                ? KeyRequestCodec.ofGet(query, kme.limits())
                                : KeyRequestCodec.ofPost(query, call.body(), kme.limits())));
            case "dec_keys" ->
                container(kme.decKeys(
                        caller, other, get ? KeyIdsCodec.ofGet(query) : KeyIdsCodec.ofPost(call.body(), kme.limits())));
            default -> throw new Refusal(Refusal.Status.NOT_FOUND, "no such path");
        };
    }

    private static byte[] container(List<SessionKey> keys) {
        try (SecretBytes json = KeyContainerCodec.encode(keys)) {
            return json.insecureAccess().clone();
        } finally {
            keys.forEach(SessionKey::close);
        }
    }

    private static QueryParameters query(String query) {
        Map<String, String> values = new HashMap<>();
        for (String pair : query.split("&")) {
            String[] sides = pair.split("=", 2);
            values.put(sides[0], sides.length > 1 ? sides[1] : "");
        }
        return new QueryParameters(values);
    }

    private static InMemoryServer.Reply reply(int status, byte[] body) {
        return new InMemoryServer.Reply(status, Map.of("Content-Type", "application/json"), body);
    }
}
