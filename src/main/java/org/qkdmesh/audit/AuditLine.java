package org.qkdmesh.audit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import org.qkdmesh.store.AuditExport;
import org.qkdmesh.store.AuditRow;

/**
 * A line of an audit file: a JSON object, of an event or a checkpoint. Each has the number of the line, counted over all
 * files of a node; the number of the last event so far; and the SHA-256 of the line before, its end not included.
 *
 * @param text as it stands in the file, without its end
 */
record AuditLine(String text, JsonNode json) {

    static final String LINE = "line";
    static final String NUMBER = "number";
    static final String TIME = "time";
    static final String EVENT = "event";
    static final String KEY_IDS = "key_ids";
    static final String NODE = "node";
    static final String WHY = "why";
    static final String SIGNED = "signed";
    static final String BEFORE = "before";

    /** The event of lines that the node has signed. */
    static final String CHECKPOINT = "checkpoint";

    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /** It is no line of an audit file. */
    static final class Malformed extends Exception {

        private static final long serialVersionUID = 1L;

        private Malformed(String message) {
            super(message);
        }
    }

    static AuditLine parse(String text) throws Malformed {
        JsonNode json;
        try {
            json = JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new Malformed("is not a JSON object");
        }
        if (!json.path(LINE).isIntegralNumber()
                || !json.path(NUMBER).isIntegralNumber()
                || !json.path(TIME).isTextual()
                || !json.path(EVENT).isTextual()
                || !json.path(BEFORE).isTextual()) {
            throw new Malformed("lacks one of line, number, time, event and before");
        }
        if (!write(json).equals(text)) {
            throw new Malformed("is not in the form in which nodes write");
        }
        return new AuditLine(text, json);
    }

    /** The line of this event, after the one that the files end with. */
    static AuditLine of(AuditRow row, AuditExport before) {
        ObjectNode json = begun(before.line() + 1, row.number(), Instant.ofEpochMilli(row.wallMillis()));
        json.setAll((ObjectNode) read(row.json()));
        if (!row.keyIds().isEmpty()) {
            ArrayNode ids = json.putArray(KEY_IDS);
            row.keyIds().forEach(id -> ids.add(id.toString()));
        }
        return ended(json, before);
    }

    /** What the signature of a checkpoint is over. */
    static ObjectNode statement(String node, Instant time, String why, AuditExport before) {
        return begun(before.line() + 1, before.number(), time)
                .put(NODE, node)
                .put(WHY, why)
                .put(BEFORE, before.hash());
    }

    /** @param signed the statement, as the node has signed it */
    static AuditLine checkpoint(ObjectNode statement, String signed) {
        ObjectNode json = statement.deepCopy();
        json.remove(BEFORE);
        json.put(EVENT, CHECKPOINT).put(SIGNED, signed).set(BEFORE, statement.get(BEFORE));
        return new AuditLine(write(json), json);
    }

    /** The statement that a checkpoint says it is. */
    ObjectNode statement() {
        ObjectNode statement = json.deepCopy();
        statement.remove(EVENT);
        statement.remove(SIGNED);
        return statement;
    }

    private static ObjectNode begun(long line, long number, Instant time) {
        return JSON.createObjectNode().put(LINE, line).put(NUMBER, number).put(TIME, time.toString());
    }

    private static AuditLine ended(ObjectNode json, AuditExport before) {
        json.put(BEFORE, before.hash());
        return new AuditLine(write(json), json);
    }

    private static JsonNode read(String json) {
        try {
            return JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("what the store wrote can be read", e);
        }
    }

    static byte[] bytes(JsonNode json) {
        return write(json).getBytes(StandardCharsets.UTF_8);
    }

    private static String write(JsonNode json) {
        try {
            return JSON.writeValueAsString(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of JSON can always be written", e);
        }
    }

    long line() {
        return json.path(LINE).asLong();
    }

    boolean isCheckpoint() {
        return json.path(EVENT).asText().equals(CHECKPOINT);
    }

    String before() {
        return json.path(BEFORE).asText();
    }

    long number() {
        return json.path(NUMBER).asLong();
    }

    /** The number of the last event before this line. */
    long eventBefore() {
        return isCheckpoint() ? number() : number() - 1;
    }

    /** The files when they end with this line. */
    AuditExport end() {
        return new AuditExport(number(), line(), hash(text));
    }

    private static String hash(String text) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
