package org.qkdmesh.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.qkdmesh.config.ConfigKind;
import org.qkdmesh.config.ConfigMistakes;
import org.qkdmesh.config.Mistake;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code qkd-mesh config}. */
@Command(name = "config", description = "Checks configuration files.", mixinStandardHelpOptions = true)
final class ConfigCommand extends CommandGroup {

    @Command(
            name = "check",
            mixinStandardHelpOptions = true,
            description = {
                "Tells every mistake in the files, each with its line, and the nearest right name for one that is unknown.",
                "Certificates that have expired, or are not valid yet, are no mistakes: each is a warning on stderr.",
                "Starts nothing and changes nothing. A file may be a node's, the KME simulator's, or one for doctor --kme.",
                "Variables of the environment replace single values, as when a node starts: QKD_MESH_LISTEN that of"
                        + " listen. Mistakes in them name the variable."
            },
            footer = {"", "Example:", "  ./qkd-mesh config check config/tn-1-a2b2.yaml"},
            exitCodeList = {"0:no mistake", "2:mistakes, each has a line on stderr, or wrong options"})
    int check(
            @Mixin JsonOption json,
            @Parameters(paramLabel = "FILE", arity = "1..*", description = "YAML files.") List<Path> files) {
        Map<Path, Checked> checked = new LinkedHashMap<>();
        files.forEach(file -> checked.put(file, checked(file)));
        if (json.isWanted()) {
            spec.commandLine().getOut().println(document(checked).toPrettyString());
        } else {
            checked.forEach(this::print);
        }
        return checked.values().stream().allMatch(file -> file.mistakes().isEmpty()) ? 0 : 2;
    }

    /** @param kind empty when the file could not be read */
    private record Checked(String kind, List<Mistake> mistakes, List<String> warnings) {}

    private static Checked checked(Path file) {
        String kind = "";
        DatedCertificates certificates = new DatedCertificates(Instant.now());
        try {
            ConfigKind found = ConfigKind.of(file);
            kind = found.toString();
            found.check(file, System.getenv(), certificates);
            return new Checked(kind, List.of(), certificates.warnings());
        } catch (ConfigMistakes e) {
            return new Checked(kind, e.mistakes(), certificates.warnings());
        }
    }

    private void print(Path file, Checked checked) {
        checked.mistakes().forEach(spec.commandLine().getErr()::println);
        checked.warnings().forEach(warning -> spec.commandLine().getErr().println(file + ": warning: " + warning));
        if (checked.mistakes().isEmpty()) {
            spec.commandLine().getOut().println(file + ": no mistake (" + checked.kind() + ")");
        }
    }

    private static JsonNode document(Map<Path, Checked> checked) {
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        ArrayNode files = document.putArray("files");
        checked.forEach((file, result) -> {
            ObjectNode entry = files.addObject().put("file", file.toString()).put("kind", result.kind());
            ArrayNode mistakes = entry.putArray("mistakes");
            result.mistakes().forEach(mistake -> mistakes.addObject()
                    .put("where", mistake.where())
                    .put("key", mistake.key())
                    .put("message", mistake.text()));
            ArrayNode warnings = entry.putArray("warnings");
            result.warnings().forEach(warnings::add);
        });
        return document;
    }
}
