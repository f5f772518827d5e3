package org.qkdmesh.etsi014;

import com.fasterxml.jackson.core.Base64Variant;
import com.fasterxml.jackson.core.Base64Variants;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.SecretBytes;
import org.qkdmesh.model.SessionKey;

/**
 * The key container: ids and keys, the keys in base64. Writing goes straight into one array of the exact length, which
 * the caller sends and erases; reading goes from the received array straight into the keys.
 */
public final class KeyContainerCodec {

    private static final byte[] BEGIN = ascii("{\"keys\":[");
    private static final byte[] ENTRY = ascii("{\"key_ID\":\"");
    private static final byte[] KEY = ascii("\",\"key\":\"");
    private static final byte[] ENTRY_END = ascii("\"}");
    private static final byte[] NEXT = ascii(",");
    private static final byte[] END = ascii("]}");
    private static final int ID_LENGTH = 36;

    /** Some KMEs leave the padding out; the length of the key is checked anyway. */
    private static final Base64Variant LENIENT =
            Base64Variants.MIME_NO_LINEFEEDS.withReadPadding(Base64Variant.PaddingReadBehaviour.PADDING_ALLOWED);

    private static final JsonObjects JSON = new JsonObjects(MalformedAnswer::new);

    private KeyContainerCodec() {}

    /**
     * The container as the UTF-8 bytes of a body, nothing in it but {@code key_ID} and {@code key}: there are clients that
     * refuse more. The keys stay the caller's; the result is to be closed once it is sent.
     */
    public static SecretBytes encode(List<SessionKey> keys) {
        int length = BEGIN.length + END.length + NEXT.length * Math.max(0, keys.size() - 1);
        for (SessionKey key : keys) {
            length += ENTRY.length
                    + ID_LENGTH
                    + KEY.length
                    + base64Length(key.bytes().lengthBytes())
                    + ENTRY_END.length;
        }
        byte[] json = new byte[length];
        int at = put(json, 0, BEGIN);
        for (int i = 0; i < keys.size(); i++) {
            at = i == 0 ? at : put(json, at, NEXT);
            at = put(json, at, ENTRY);
            at = put(json, at, ascii(keys.get(i).id().toString()));
            at = put(json, at, KEY);
            at = putBase64(json, at, keys.get(i).bytes());
            at = put(json, at, ENTRY_END);
        }
        put(json, at, END);
        return SecretBytes.owning(json);
    }

    /**
     * Reads a KME's container: one or more keys, each with a UUID that no other one has, each a whole number of bytes and
     * not empty. Unknown members are ignored. The array stays the caller's to erase, the keys are the caller's to close.
     *
     * @param maxKeys how many keys may be in it
     * @param maxKeyBytes how long a key may be
     * @throws MalformedAnswer naming the rule that the answer breaks; keys that were read are erased
     */
    public static List<SessionKey> decode(byte[] body, int maxKeys, int maxKeyBytes) {
        Reading reading = new Reading(maxKeys, maxKeyBytes);
        try {
            JSON.read(body, reading::member);
            return reading.finish();
        } catch (RuntimeException e) {
            reading.erase();
            throw e;
        }
    }

    private static int base64Length(int bytes) {
        return (bytes + 2) / 3 * 4;
    }

    private static int put(byte[] target, int at, byte[] part) {
        System.arraycopy(part, 0, target, at, part.length);
        return at + part.length;
    }

    private static int putBase64(byte[] target, int at, SecretBytes key) {
        byte[] text = Base64.getEncoder().encode(key.insecureAccess());
        int end = put(target, at, text);
        Arrays.fill(text, (byte) 0);
        return end;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** The keys as far as they have been read. */
    private static final class Reading {

        private final int maxKeys;
        private final int maxKeyBytes;
        private final List<SessionKey> keys = new ArrayList<>();
        private final Set<KeyId> ids = new HashSet<>();
        private boolean inEntry;
        private KeyId id;
        private SecretBytes bytes;

        Reading(int maxKeys, int maxKeyBytes) {
            this.maxKeys = maxKeys;
            this.maxKeyBytes = maxKeyBytes;
        }

        void member(String name, JsonParser value) throws IOException {
            if (name.equals("keys")) {
                JSON.list(name, value, this::entryBegins, this::entryMember);
                entryEnds();
            } else {
                value.skipChildren();
            }
        }

        private void entryBegins() {
            entryEnds();
            if (keys.size() == maxKeys) {
                throw new MalformedAnswer("more than the " + maxKeys + " keys asked for");
            }
            inEntry = true;
        }

        private void entryMember(String name, JsonParser value) throws IOException {
            switch (name) {
                case "key_ID" -> id = keyId(JSON.text(name, value));
                case "key" -> bytes = keyBytes(value);
                default -> value.skipChildren();
            }
        }

        private void entryEnds() {
            if (!inEntry) {
                return;
            }
            if (id == null || bytes == null) {
                throw new MalformedAnswer("each key shall have a key_ID and a key");
            }
            if (!ids.add(id)) {
                throw new MalformedAnswer("a key_ID stands there twice");
            }
            keys.add(new SessionKey(id, bytes));
            inEntry = false;
            id = null;
            bytes = null;
        }

        private KeyId keyId(String text) {
            try {
                return KeyId.parse(text);
            } catch (IllegalArgumentException e) {
                throw new MalformedAnswer("a key_ID is " + e.getMessage());
            }
        }

        private SecretBytes keyBytes(JsonParser value) throws IOException {
            JSON.expect(value.currentToken() == JsonToken.VALUE_STRING, "key", "a text in base64");
            try (KeySink sink = new KeySink(maxKeyBytes)) {
                value.readBinaryValue(LENIENT, sink);
                return sink.key();
            } catch (IllegalArgumentException e) {
                throw new MalformedAnswer("key shall be a text in base64");
            }
        }

        List<SessionKey> finish() {
            if (keys.isEmpty()) {
                throw new MalformedAnswer("keys shall name at least one key");
            }
            return List.copyOf(keys);
        }

        void erase() {
            keys.forEach(SessionKey::close);
            if (bytes != null) {
                bytes.close();
            }
        }
    }
}
