package org.qkdmesh.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.Error;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/**
 * The published document of the key delivery API, held against live answers: that the status is one that the document
 * names for the call, that the headers it promises are there, and that the body has its form.
 */
public final class OpenApiContract {

    private static final Path DOCUMENT = Path.of("docs/reference/etsi014.openapi.yaml");
    private static final String IN_DOCUMENT = "#/components/schemas/";
    private static final String IN_SCHEMA = "#/$defs/";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final SchemaRegistry schemas = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);
    private final JsonNode document;
    private final JsonNode definitions;

    private OpenApiContract(JsonNode document) {
        this.document = document;
        this.definitions = forSchema(document.at("/components/schemas"));
    }

    /** The document in {@code docs/reference}. */
    public static OpenApiContract read() {
        try {
            return new OpenApiContract(new YAMLMapper().readTree(DOCUMENT.toFile()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Holds an answer of the JDK's HTTP client against the document; hands it back for more. */
    public HttpResponse<String> check(HttpResponse<String> answer) {
        check(
                answer.request().method(),
                answer.uri().getRawPath(),
                answer.statusCode(),
                name -> answer.headers().firstValue(name).orElse(null),
                answer.body());
        return answer;
    }

    /**
     * @param path without the query
     * @param header gives the value of a header by its name, null when it is not there
     * @throws AssertionError when the answer is not as the document says
     */
    public void check(String method, String path, int status, Function<String, String> header, String body) {
        String call = method + " " + path + " answered " + status;
        JsonNode response = response(method, path, status);
        assertThat(response.isMissingNode())
                .as(call + ", which is not documented")
                .isFalse();
        assertThat(header.apply("Content-Type")).as(call + ": Content-Type").isEqualTo("application/json");
        response.path("headers").fieldNames().forEachRemaining(name -> {
            JsonNode rule = resolved(response.path("headers").path(name));
            String value = header.apply(name);
            assertThat(value).as(call + ": " + name).isNotNull();
            assertThat(errors(rule.path("schema"), JSON.getNodeFactory().textNode(value)))
                    .as(call + ": " + name)
                    .isEmpty();
        });
        JsonNode schema = response.path("content").path("application/json").path("schema");
        assertThat(errors(schema, parsed(body))).as(call).isEmpty();
    }

    /** Whether a body of a request has the form that the document gives. */
    public List<Error> errorsOf(String schemaName, String body) {
        return errors(document.at("/components/schemas/" + schemaName), parsed(body));
    }

    private JsonNode response(String method, String path, int status) {
        String template = template(path);
        if (template == null) {
            return status == 404 ? document.at("/components/responses/NotFound") : document.path("none");
        }
        JsonNode operation = document.path("paths").path(template).path(method.toLowerCase(Locale.ROOT));
        if (operation.isMissingNode()) {
            return status == 405 ? document.at("/components/responses/MethodNotAllowed") : operation;
        }
        return resolved(operation.path("responses").path(String.valueOf(status)));
    }

    private String template(String path) {
        List<String> fitting = new ArrayList<>();
        document.path("paths").fieldNames().forEachRemaining(template -> {
            if (path.matches(template.replaceAll("\\{[^}]*}", "[^/]*"))) {
                fitting.add(template);
            }
        });
        return fitting.isEmpty() ? null : fitting.get(0);
    }

    private JsonNode resolved(JsonNode node) {
        return node.has("$ref") ? document.at(node.get("$ref").textValue().substring(1)) : node;
    }

    private List<Error> errors(JsonNode rule, JsonNode value) {
        ObjectNode schema = (ObjectNode) forSchema(rule);
        schema.set("$defs", definitions);
        return schemas.getSchema(schema).validate(value);
    }

    /** The rule as a schema of its own, which finds what it refers to in its own definitions. */
    private static JsonNode forSchema(JsonNode rule) {
        return parsed(rule.toString().replace(IN_DOCUMENT, IN_SCHEMA));
    }

    private static JsonNode parsed(String body) {
        try {
            return JSON.readTree(body);
        } catch (IOException e) {
            throw new AssertionError("not JSON: " + body, e);
        }
    }
}
