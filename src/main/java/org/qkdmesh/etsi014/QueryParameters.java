package org.qkdmesh.etsi014;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.qkdmesh.model.Refusal;

/** The parameters of a request's query, percent-decoded. */
public record QueryParameters(List<Parameter> parameters) {

    private record Parameter(String name, String value) {}

    public QueryParameters {
        parameters = List.copyOf(parameters);
    }

    /**
     * @param rawQuery what stands behind the question mark, as sent; null or empty when there is none
     */
    public static QueryParameters parse(String rawQuery) {
        List<Parameter> parameters = new ArrayList<>();
        for (String part : rawQuery == null ? new String[0] : rawQuery.split("&")) {
            int equals = part.indexOf('=');
            String name = equals < 0 ? part : part.substring(0, equals);
            String value = equals < 0 ? "" : part.substring(equals + 1);
            parameters.add(new Parameter(decoded(name), decoded(value)));
        }
        return new QueryParameters(parameters);
    }

    /** @throws Refusal when the parameter is there more than once */
    public Optional<String> single(String name) {
        List<Parameter> found =
                parameters.stream().filter(p -> p.name.equals(name)).toList();
        if (found.size() > 1) {
            throw Refusal.badRequest(name + " shall be given once in the query");
        }
        return found.stream().map(Parameter::value).findFirst();
    }

    public boolean has(String name) {
        return parameters.stream().anyMatch(p -> p.name.equals(name));
    }

    /** A text that is not well encoded stays as it is: it then matches nothing, or is refused as the value it is. */
    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return text;
        }
    }
}
