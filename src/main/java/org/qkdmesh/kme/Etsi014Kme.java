package org.qkdmesh.kme;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.qkdmesh.etsi014.ErrorCodec;
import org.qkdmesh.etsi014.KeyContainerCodec;
import org.qkdmesh.etsi014.KeyIdsCodec;
import org.qkdmesh.etsi014.KeyRequestCodec;
import org.qkdmesh.etsi014.MalformedAnswer;
import org.qkdmesh.etsi014.StatusCodec;
import org.qkdmesh.etsi014.StatusDocument;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.model.SessionKey;

/**
 * A KME as it is in the field: asked by POST, and by GET if it knows no other, or does not any more; never for more keys
 * than its status allows; its errors understood in whatever form they come. Safe for use by several threads.
 *
 * <p>Over GET a KME gives one key per {@code dec_keys}, so a claim of several that fails half-way loses the keys before.
 */
public final class Etsi014Kme implements KmeClient {

    /** No link key is longer; it also bounds what an answer can make this node allocate. */
    private static final int MAX_KEY_BYTES = 1 << 16;

    private static final byte[] NO_BODY = new byte[0];

    private enum Method {
        UNKNOWN,
        POST,
        GET
    }

    private record Asked(KmeCall.Answer answer, Method method) {}

    private final String path;
    private final KmeCall kme;
    private final Consumer<String> brokenRules;
    private volatile Method method = Method.UNKNOWN;
    private volatile int maxKeysPerRequest = Integer.MAX_VALUE;

    /**
     * @param farEnd the id by which the KME knows whoever fetches the keys at the far end, most often the neighbour's
     * @param brokenRules is told of rules that the KME breaks and that this class makes up for; must not wait
     */
    public Etsi014Kme(SaeId farEnd, KmeCall kme, Consumer<String> brokenRules) {
        this.path = "/api/v1/keys/" + URLEncoder.encode(farEnd.text(), StandardCharsets.UTF_8) + "/";
        this.kme = kme;
        this.brokenRules = brokenRules;
    }

    @Override
    public Status status() {
        try (KmeCall.Answer answer = kme.call("GET", path + "status", NO_BODY)) {
            StatusDocument said = read("status", answer, StatusCodec::decode);
            int minBits = Math.max(8, Math.min(said.minKeySize(), Integer.MAX_VALUE - 7) + 7 & ~7);
            int maxBits = Math.min(said.maxKeySize(), MAX_KEY_BYTES * 8) & ~7;
            if (minBits > maxBits) {
                throw broken("status", "there is no key size from min_key_size to max_key_size");
            }
            maxKeysPerRequest = Math.max(1, said.maxKeyPerRequest());
            return new Status(minBits, maxBits, maxKeysPerRequest, said.storedKeyCount());
        }
    }

    @Override
    public List<SessionKey> encKeys(int number, int sizeBits) {
        int asked = Math.min(number, maxKeysPerRequest);
        String query = "?number=" + asked + "&size=" + sizeBits;
        try (KmeCall.Answer answer =
                ask("enc_keys", KeyRequestCodec.encode(asked, sizeBits), query).answer()) {
            List<SessionKey> keys =
                    read("enc_keys", answer, body -> KeyContainerCodec.decode(body, asked, MAX_KEY_BYTES));
            for (SessionKey key : keys) {
                if (key.bytes().lengthBits() != sizeBits) {
                    keys.forEach(SessionKey::close);
                    throw broken("enc_keys", "a key is not of the " + sizeBits + " bit asked for");
                }
            }
            return keys;
        }
    }

    @Override
    public List<SessionKey> decKeys(List<KeyId> ids) {
        List<SessionKey> keys = new ArrayList<>(ids.size());
        try {
            while (keys.size() < ids.size()) {
                List<KeyId> missing = ids.subList(keys.size(), ids.size());
                Asked asked = ask("dec_keys", KeyIdsCodec.encode(missing), "?key_ID=" + missing.get(0));
                try (KmeCall.Answer answer = asked.answer()) {
                    List<KeyId> expected = asked.method() == Method.GET ? missing.subList(0, 1) : missing;
                    keys.addAll(read("dec_keys", answer, body -> inOrder(body, expected)));
                }
            }
            return List.copyOf(keys);
        } catch (RuntimeException e) {
            keys.forEach(SessionKey::close);
            throw e;
        }
    }

    /** Some KMEs answer in an order of their own. */
    private static List<SessionKey> inOrder(byte[] body, List<KeyId> ids) {
        List<SessionKey> keys = KeyContainerCodec.decode(body, ids.size(), MAX_KEY_BYTES);
        Map<KeyId, SessionKey> byId = new HashMap<>();
        keys.forEach(key -> byId.put(key.id(), key));
        if (!byId.keySet().containsAll(ids)) {
            keys.forEach(SessionKey::close);
            throw new MalformedAnswer(
                    keys.size() < ids.size()
                            ? keys.size() + " keys where " + ids.size() + " were asked for"
                            : "a key_ID that was not asked for");
        }
        return ids.stream().map(byId::get).toList();
    }

    /** Asks by the method that worked last, POST at first, and by the other where that one is not understood. */
    private Asked ask(String what, byte[] body, String query) {
        Method known = method;
        Method first = known == Method.GET ? Method.GET : Method.POST;
        KmeCall.Answer answer = ask(first, what, body, query);
        if (answer.status() == 200) {
            method = first;
        } else if (suggestsOther(known, answer.status())) {
            Method second = first == Method.GET ? Method.POST : Method.GET;
            KmeCall.Answer other = ask(second, what, body, query);
            if (other.status() == 200) {
                brokenRules.accept(what + ": is to be had by GET and by POST, but " + first + " was answered "
                        + answer.status() + "; " + second + " is used");
                answer.close();
                method = second;
                return new Asked(other, second);
            }
            other.close();
        }
        return new Asked(answer, first);
    }

    private KmeCall.Answer ask(Method by, String what, byte[] body, String query) {
        return by == Method.GET ? kme.call("GET", path + what + query, NO_BODY) : kme.call("POST", path + what, body);
    }

    /** From a KME of which one method is known to work, 404 says that there is no such key. */
    private static boolean suggestsOther(Method known, int status) {
        return status == 405 || status == 415 || status == 501 || status == 404 && known == Method.UNKNOWN;
    }

    private static <T> T read(String what, KmeCall.Answer answer, Function<byte[], T> reader) {
        if (answer.status() != 200) {
            String said = ErrorCodec.quote(answer.body());
            throw new KmeFailure(
                    kind(what, answer.status()),
                    what + ": answered " + answer.status() + (said.isEmpty() ? "" : ", " + said));
        }
        try {
            return reader.apply(answer.body());
        } catch (MalformedAnswer e) {
            throw broken(what, e.getMessage());
        }
    }

    private static KmeFailure.Kind kind(String what, int status) {
        if (status == 400 || status == 404 && what.equals("dec_keys")) {
            return KmeFailure.Kind.REFUSED;
        }
        // Some KMEs count as their own error what they merely do not have, so that any 5xx may pass.
        return status == 408 || status == 429 || status >= 500 ? KmeFailure.Kind.UNAVAILABLE : KmeFailure.Kind.BROKEN;
    }

    private static KmeFailure broken(String what, String rule) {
        return new KmeFailure(KmeFailure.Kind.BROKEN, what + ": " + rule);
    }
}
