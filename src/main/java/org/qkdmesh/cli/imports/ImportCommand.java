package org.qkdmesh.cli.imports;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.qkdmesh.cli.JsonOption;
import org.qkdmesh.config.ConfigMistakes;
import org.qkdmesh.config.Mistake;
import org.qkdmesh.config.NodeConfigReader;
import org.qkdmesh.identity.ConfiguredCertificates;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code qkd-mesh import}. */
@Command(
        name = "import",
        description = {
            "Makes configurations of the older settings.json of trusted nodes, one file for each node.",
            "Give the settings of all nodes of the network at once: together they say which KME is whose, and where each"
                    + " node listens. What could not be carried over is told, each with its file, line and key."
        },
        mixinStandardHelpOptions = true,
        footer = {"", "Example:  ./qkd-mesh import settings-tn1.json settings-tn2.json --out config"},
        exitCodeList = {
            "0:the configurations are written, and can be started",
            "1:they are written, but something has to be mended first, or they could not be written",
            "2:nothing was written: wrong options, or settings that can mean several things"
        })
public final class ImportCommand implements Callable<Integer> {

    @Parameters(paramLabel = "SETTINGS", arity = "1..*", description = "Files in the older form; // comments are fine.")
    private List<Path> files;

    @Option(
            names = "--out",
            required = true,
            paramLabel = "DIR",
            description = "Where <id>.yaml is written for each node.")
    private Path out;

    @Option(names = "--force", description = "Replace files that are there already.")
    private boolean force;

    @Option(
            names = "--kme",
            paramLabel = "KME=NODE",
            description = "Whose a KME at the far end of a link is, where the settings of that node are not at hand.")
    private Map<String, String> owners = new LinkedHashMap<>();

    @Mixin
    private JsonOption json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        SettingsImport work = new SettingsImport(owners);
        List<SettingsImport.Made> made = work.make(files);
        if (!work.mistakes().isEmpty()) {
            return refuse(work.mistakes());
        }
        Map<Path, SettingsImport.Made> targets = new LinkedHashMap<>();
        made.forEach(one -> targets.put(out.resolve(SettingsImport.fileName(one.id()) + ".yaml"), one));
        List<Mistake> there = targets.keySet().stream()
                .filter(target -> !force && Files.exists(target))
                .map(target -> new Mistake(target.toString(), "", "is there already: --force replaces it"))
                .toList();
        if (!there.isEmpty()) {
            return refuse(there);
        }
        for (Map.Entry<Path, SettingsImport.Made> target : targets.entrySet()) {
            write(target.getKey(), target.getValue().yaml());
        }
        List<Mistake> left = new ArrayList<>();
        targets.keySet().forEach(target -> left.addAll(check(target)));
        if (json.isWanted()) {
            tellAsJson(targets, work.remarks(), left);
        } else {
            tell(targets, work.remarks(), left);
        }
        return left.isEmpty() ? 0 : 1;
    }

    private int refuse(List<Mistake> mistakes) {
        PrintWriter err = spec.commandLine().getErr();
        mistakes.forEach(err::println);
        err.println("Nothing was written.");
        return 2;
    }

    /** The whole file or none of it. */
    private static void write(Path target, String yaml) throws IOException {
        Files.createDirectories(target.toAbsolutePath().getParent());
        Path fresh = target.resolveSibling("." + target.getFileName() + ".new");
        try {
            Files.write(fresh, yaml.getBytes(StandardCharsets.UTF_8));
            Files.move(fresh, target, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(fresh);
        }
    }

    private static List<Mistake> check(Path config) {
        try {
            NodeConfigReader.read(config, Map.of(), new ConfiguredCertificates());
            return List.of();
        } catch (ConfigMistakes e) {
            return e.mistakes();
        }
    }

    private void tell(Map<Path, SettingsImport.Made> targets, List<Mistake> remarks, List<Mistake> left) {
        PrintWriter to = spec.commandLine().getOut();
        targets.forEach((target, made) -> to.println("wrote " + target + "  from " + made.from()));
        if (!remarks.isEmpty()) {
            to.println();
            to.println("Not carried over, or to be looked at:");
            remarks.forEach(remark -> to.println("  " + remark));
        }
        to.println();
        if (left.isEmpty()) {
            to.println("Next: ./qkd-mesh node --config "
                    + targets.keySet().iterator().next());
        } else {
            to.println("To be mended before a node starts:");
            left.forEach(mistake -> to.println("  " + mistake));
        }
    }

    private void tellAsJson(Map<Path, SettingsImport.Made> targets, List<Mistake> remarks, List<Mistake> left) {
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        ArrayNode written = document.putArray("written");
        targets.forEach((target, made) -> written.addObject()
                .put("file", target.toString())
                .put("from", made.from().toString())
                .put("node", made.id()));
        put(document.putArray("remarks"), remarks);
        put(document.putArray("mistakes"), left);
        spec.commandLine().getOut().println(document.toPrettyString());
    }

    private static void put(ArrayNode list, List<Mistake> mistakes) {
        mistakes.forEach(mistake -> list.addObject()
                .put("where", mistake.where())
                .put("key", mistake.key())
                .put("message", mistake.text()));
    }
}
