package org.qkdmesh.cli.management;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.qkdmesh.config.ConfigMistakes;
import org.qkdmesh.config.NodeConfigReader;
import org.qkdmesh.config.NodeDoor;
import org.qkdmesh.model.NearestName;
import org.qkdmesh.model.SaeId;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options by which a command is told which running nodes to ask. */
public final class NodeOptions {

    private static final Path EXAMPLE = Path.of("config");
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "The node's YAML file, or a directory of such files (default: config).")
    private Path config;

    @Option(names = "--node", paramLabel = "ID", description = "The node: its file is ID.yaml in that directory.")
    private String node;

    @Option(
            names = "--url",
            paramLabel = "URL",
            description = "The node's management port, as in http://127.0.0.1:9001, where its file is not at hand.")
    private URI url;

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            description = "The token for changes (default: admin.token in the node's data directory).")
    private Path token;

    /** Every node that the options name: one, or all of a directory, sorted by file name. */
    public List<NodeAddress> all() throws ConfigMistakes, IOException {
        if (url != null) {
            return List.of(byUrl());
        }
        Path place = config == null ? EXAMPLE : config;
        if (!Files.isDirectory(place)) {
            return List.of(withToken(byFile(place)));
        }
        if (node != null) {
            Path file = place.resolve(node + ".yaml");
            if (!Files.exists(file)) {
                throw wrong("there is no node " + node + " in " + place + nearest(node, names(inDirectory(place))));
            }
            return List.of(withToken(byFile(file)));
        }
        List<NodeAddress> nodes = inDirectory(place);
        if (nodes.isEmpty()) {
            throw wrong("there is no node's file in " + place);
        }
        return nodes;
    }

    /** The one node that is meant. */
    public NodeAddress one() throws ConfigMistakes, IOException {
        List<NodeAddress> nodes = all();
        if (nodes.size() > 1) {
            throw wrong("which node? Say --node and one of " + String.join(", ", names(nodes)));
        }
        return nodes.get(0);
    }

    /** The one node that is meant; where that is open, the one whose configuration has this SAE. */
    public NodeAddress of(SaeId sae) throws ConfigMistakes, IOException {
        List<NodeAddress> nodes = all();
        if (nodes.size() == 1) {
            return nodes.get(0);
        }
        return nodes.stream()
                .filter(candidate -> candidate.saes().contains(sae))
                .findFirst()
                .orElseThrow(() -> wrong("no node has an SAE " + sae
                        + nearest(
                                sae.text(),
                                nodes.stream()
                                        .flatMap(candidate -> candidate.saes().stream())
                                        .map(SaeId::text)
                                        .sorted()
                                        .toList())));
    }

    /** These options once more, for a command that is told to be typed next; begins with a space unless none was given. */
    public String again() {
        StringBuilder typed = new StringBuilder();
        Map<String, Object> options = new LinkedHashMap<>();
        options.put("--config", config);
        options.put("--node", node);
        options.put("--url", url);
        options.put("--token-file", token);
        options.forEach((name, value) -> typed.append(value == null ? "" : " " + name + " " + value));
        return typed.toString();
    }

    /** A client for a node, which waits as long as a person would. */
    public static ManagementClient client(NodeAddress address) {
        return new ManagementClient(address, PATIENCE);
    }

    private NodeAddress byUrl() {
        if (!"http".equals(url.getScheme()) || url.getHost() == null) {
            throw wrong("--url: expected http://, a loopback address and a port, as in http://127.0.0.1:9001");
        }
        URI door = URI.create("http://" + url.getAuthority());
        return new NodeAddress(
                node == null ? door.toString() : node, door, Optional.ofNullable(token), Optional.empty(), List.of());
    }

    private NodeAddress byFile(Path file) throws ConfigMistakes {
        NodeDoor door = NodeConfigReader.door(file, System.getenv())
                .orElseThrow(() -> wrong(file + " is not the file of a node: it has no id"));
        return NodeAddress.of(file, door);
    }

    private NodeAddress withToken(NodeAddress address) {
        return token == null
                ? address
                : new NodeAddress(address.name(), address.url(), Optional.of(token), address.config(), address.saes());
    }

    /** Variables of the environment are left out: they replace values of one node's file, not those of all. */
    private static List<NodeAddress> inDirectory(Path directory) throws ConfigMistakes, IOException {
        List<Path> files;
        try (Stream<Path> entries = Files.list(directory)) {
            files = entries.filter(file -> file.toString().endsWith(".yaml"))
                    .sorted(Comparator.comparing(Path::toString))
                    .toList();
        }
        List<NodeAddress> nodes = new ArrayList<>();
        for (Path file : files) {
            NodeConfigReader.door(file, Map.of()).ifPresent(door -> nodes.add(NodeAddress.of(file, door)));
        }
        return nodes;
    }

    private static List<String> names(List<NodeAddress> nodes) {
        return nodes.stream().map(NodeAddress::name).toList();
    }

    private static String nearest(String wrong, List<String> names) {
        return NearestName.of(wrong, names)
                .map(name -> "; did you mean " + name + "?")
                .orElse("; there are " + String.join(", ", names));
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
