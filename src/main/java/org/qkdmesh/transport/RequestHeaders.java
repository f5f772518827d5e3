package org.qkdmesh.transport;

import io.vertx.core.http.HttpServerRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.camel.Exchange;

/**
 * The headers of a message that a request becomes: some of its own, its method, its query parameters, and the names in
 * its path, which win. Names are the same whatever their case, as everywhere in Camel.
 */
final class RequestHeaders {

    private RequestHeaders() {}

    /** @throws HttpRefusal 400 when the query is malformed, or a header stands twice that must not */
    static Map<String, Object> of(HttpServerRequest http, Map<String, String> pathParameters) {
        return of(http.headers(), http.method().name(), http.query(), pathParameters);
    }

    /** @param query as it was sent; null where there is none */
    static Map<String, Object> of(
            Iterable<Map.Entry<String, String>> sent, String method, String query, Map<String, String> pathParameters) {
        Map<String, Object> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (Map.Entry<String, String> header : sent) {
            String name = header.getKey();
            if (HeaderRules.intoMessage(name)
                    && headers.putIfAbsent(name, header.getValue()) != null
                    && HeaderRules.isOwn(name)) {
                throw HttpRefusal.malformed("header " + name + " stands twice");
            }
        }
        headers.put(Exchange.HTTP_METHOD, method);
        if (query != null && !query.isEmpty()) {
            for (String part : query.split("&")) {
                addParameter(headers, part);
            }
        }
        headers.putAll(pathParameters);
        return headers;
    }

    /** A parameter that is repeated becomes a list of its values. */
    private static void addParameter(Map<String, Object> headers, String part) {
        int equals = part.indexOf('=');
        String name = PercentCode.decodeQuery(equals < 0 ? part : part.substring(0, equals));
        String value = equals < 0 ? "" : PercentCode.decodeQuery(part.substring(equals + 1));
        if (!HeaderRules.fitsAsParameter(name)) {
            return;
        }
        headers.merge(name, value, (before, now) -> {
            List<Object> values = before instanceof List<?> several ? new ArrayList<>(several) : new ArrayList<>();
            if (values.isEmpty()) {
                values.add(before);
            }
            values.add(now);
            return values;
        });
    }
}
