package org.qkdmesh.etsi014;

import java.util.Map;
import java.util.Optional;
import org.qkdmesh.model.Refusal;

/**
 * The parameters of a request's query, decoded.
 *
 * @param values a text under each name, or a list of texts where a name was repeated; other entries, such as headers of
 *     the same message, do no harm
 */
public record QueryParameters(Map<String, ?> values) {

    public static final QueryParameters NONE = new QueryParameters(Map.of());

    /** @throws Refusal when the parameter is there more than once */
    public Optional<String> single(String name) {
        Object value = values.get(name);
        if (value != null && !(value instanceof String)) {
            throw Refusal.badRequest(name + " shall be given once in the query");
        }
        return Optional.ofNullable((String) value);
    }

    public boolean has(String name) {
        return values.containsKey(name);
    }
}
