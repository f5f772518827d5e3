package org.qkdmesh.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.qkdmesh.model.AuditEvent;
import org.qkdmesh.model.KeyId;

/**
 * An audit event as it lies in the store.
 *
 * @param number counts the events of this store, without a gap
 * @param wallMillis when it was, milliseconds since 1970 by the wall clock
 * @param json an object with {@code event} and the details, without the keys
 */
public record AuditRow(long number, long wallMillis, String json, List<KeyId> keyIds) {

    private static final ObjectMapper JSON = new ObjectMapper();

    public AuditRow {
        keyIds = List.copyOf(keyIds);
    }

    static String json(AuditEvent event) {
        ObjectNode object = JSON.createObjectNode().put("event", event.what().toString());
        event.details().forEach((name, value) -> object.set(name, JSON.valueToTree(value)));
        try {
            return JSON.writeValueAsString(object);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("texts and numbers can always be written", e);
        }
    }
}
