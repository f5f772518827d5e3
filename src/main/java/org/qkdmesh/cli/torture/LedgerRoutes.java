package org.qkdmesh.cli.torture;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;

/** A copy of the routes with one step more: what each relay message uses of link keys is written down. */
final class LedgerRoutes {

    private static final YAMLMapper YAML = new YAMLMapper();
    private static final String ROUTE = "relay/next-hop.camel.yaml";
    private static final String AFTER = "write-hop-message";
    private static final String BEAN = "padLedger";

    private LedgerRoutes() {}

    /**
     * @param routes the routes that are to be tried
     * @param copy directory of the copy
     * @param ledger directory that nodes write to
     */
    static void write(Path routes, Path copy, Path ledger) throws IOException {
        try (Stream<Path> files = Files.walk(routes)) {
            for (Path file : files.toList()) {
                Path to = copy.resolve(routes.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(to);
                } else {
                    Files.copy(file, to, StandardCopyOption.REPLACE_EXISTING);
                }
            }
        }
        ArrayNode file = (ArrayNode) YAML.readTree(routes.resolve(ROUTE).toFile());
        ArrayNode steps = (ArrayNode) file.at("/0/route/from/steps");
        insert(steps, file.objectNode());
        ObjectNode bean = file.objectNode();
        bean.putArray("beans")
                .addObject()
                .put("name", BEAN)
                .put("type", PadLedgerProcessor.class.getName())
                .putObject("properties")
                .put("folder", ledger.toAbsolutePath().toString());
        file.insert(0, bean);
        YAML.writeValue(copy.resolve(ROUTE).toFile(), file);
    }

    private static void insert(ArrayNode steps, ObjectNode step) throws IOException {
        step.putObject("process").put("id", "write-ledger").put("ref", BEAN);
        for (int i = 0; i < steps.size(); i++) {
            List<String> ids = steps.get(i).findValuesAsText("id");
            if (ids.contains(AFTER)) {
                steps.insert(i + 1, (JsonNode) step);
                return;
            }
        }
        throw new IOException(ROUTE + " has no step " + AFTER + ", after which the ledger could be written");
    }
}
