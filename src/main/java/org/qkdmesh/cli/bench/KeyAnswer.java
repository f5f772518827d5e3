package org.qkdmesh.cli.bench;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The keys in an answer of the key delivery API, as any SAE would read them. */
record KeyAnswer(List<String> ids, List<byte[]> keys) {

    private static final JsonFactory JSON = new JsonFactory();

    /** @throws IOException when it is no key container */
    static KeyAnswer read(byte[] body) throws IOException {
        List<String> ids = new ArrayList<>();
        List<byte[]> keys = new ArrayList<>();
        try (JsonParser json = JSON.createParser(body)) {
            for (JsonToken token = json.nextToken(); token != null; token = json.nextToken()) {
                if (token != JsonToken.VALUE_STRING) {
                    continue;
                }
                switch (String.valueOf(json.currentName())) {
                    case "key_ID" -> ids.add(json.getText());
                    case "key" -> keys.add(json.getBinaryValue());
                    default -> {
                        // Of no interest here.
                    }
                }
            }
        }
        if (ids.size() != keys.size()) {
            throw new IOException("not as many keys as ids");
        }
        return new KeyAnswer(ids, keys);
    }

    /** How many of these keys are the same, id and bytes, in the other answer, which may have them in any order. */
    int sameIn(KeyAnswer other) {
        int same = 0;
        for (int i = 0; i < ids.size(); i++) {
            int there = isAt(i, other) ? i : other.ids.indexOf(ids.get(i));
            if (there >= 0 && Arrays.equals(keys.get(i), other.keys.get(there))) {
                same++;
            }
        }
        return same;
    }

    private boolean isAt(int i, KeyAnswer other) {
        return i < other.ids.size() && ids.get(i).equals(other.ids.get(i));
    }
}
