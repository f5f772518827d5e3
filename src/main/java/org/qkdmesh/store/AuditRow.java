package org.qkdmesh.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("event", event.what().toString());
        object.putAll(event.details());
        try {
            return JSON.writeValueAsString(object);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("texts and numbers can always be written", e);
        }
    }
}
