package org.qkdmesh.etsi014;

import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.Refusal;

/** The request of {@code dec_keys}: which keys a slave SAE fetches, in which order, none of them twice. */
public final class KeyIdsCodec {

    private static final JsonObjects JSON = new JsonObjects(Refusal::badRequest);

    private static final String LIST = "key_IDs";
    private static final String ID = "key_ID";

    private KeyIdsCodec() {}

    /** @throws Refusal with status 400 unless the query names exactly one key */
    public static List<KeyId> ofGet(QueryParameters query) {
        return List.of(keyId(query.single(ID).orElseThrow(() -> Refusal.badRequest(ID + " is missing in the query"))));
    }

    /**
     * @param limits how many keys one request may name
     * @throws Refusal with status 400
     */
    public static List<KeyId> ofPost(byte[] body, KeyLimits limits) {
        if (KeyRequestCodec.isBlank(body)) {
            throw Refusal.badRequest(LIST + " is missing, the body is empty");
        }
        Reading reading = new Reading(limits);
        JSON.read(body, reading::member);
        return reading.finish();
    }

    /** The body by which a client asks for these keys. */
    public static byte[] encode(List<KeyId> ids) {
        return ids.stream()
                .map(id -> "{\"key_ID\":\"" + id + "\"}")
                .collect(Collectors.joining(",", "{\"key_IDs\":[", "]}"))
                .getBytes(StandardCharsets.US_ASCII);
    }

    private static KeyId keyId(String text) {
        try {
            return KeyId.parse(text);
        } catch (IllegalArgumentException e) {
            throw Refusal.badRequest(ID + " is " + e.getMessage());
        }
    }

    /** The ids as far as they have been read. */
    private static final class Reading {

        private final KeyLimits limits;
        private final Set<KeyId> ids = new LinkedHashSet<>();
        private int entries;

        Reading(KeyLimits limits) {
            this.limits = limits;
        }

        void member(String name, JsonParser value) throws IOException {
            if (!name.equals(LIST)) {
                value.skipChildren();
                return;
            }
            JSON.list(LIST, value, this::entryBegins, this::entryMember);
        }

        private void entryBegins() {
            requireIdPerEntry();
            entries++;
            if (entries > limits.maxPerRequest()) {
                throw Refusal.badRequest(LIST + " shall name at most " + limits.maxPerRequest() + " keys");
            }
        }

        private void entryMember(String name, JsonParser value) throws IOException {
            if (!name.equals(ID)) {
                value.skipChildren();
            } else if (!ids.add(keyId(JSON.text(ID, value)))) {
                throw Refusal.badRequest(LIST + " shall name no key twice");
            }
        }

        private void requireIdPerEntry() {
            if (ids.size() != entries) {
                throw Refusal.badRequest("each entry of " + LIST + " shall have a " + ID);
            }
        }

        List<KeyId> finish() {
            if (entries == 0) {
                throw Refusal.badRequest(LIST + " shall name at least one key");
            }
            requireIdPerEntry();
            return List.copyOf(ids);
        }
    }
}
