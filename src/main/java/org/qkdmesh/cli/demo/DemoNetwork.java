package org.qkdmesh.cli.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.qkdmesh.config.ConfigMistakes;
import org.qkdmesh.config.Mistake;
import org.qkdmesh.config.YamlReader;
import org.qkdmesh.model.Edge;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.NodePath;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.routing.ShortestPath;
import org.qkdmesh.routing.Topology;

/**
 * The example network as its configuration files describe it, with every port moved by the same number if wanted. The
 * files that the processes read are copies in the demo's own folder.
 */
public final class DemoNetwork {

    private static final List<String> NODES = List.of("tn-1-a2b2", "tn-2-a2b1", "tn-3-a1b3", "tn-4-a3b3");
    private static final String SIMULATOR = "kme-sim";
    private static final Pattern WITH_PORT = Pattern.compile("(.*:)(\\d{4,5})(/.*)?");
    private static final YAMLMapper YAML = new YAMLMapper();
    private static final int MAX_DEPTH = 20;

    /** A process of the network: its name, the command that starts it, and the file that it reads. */
    public record Member(String name, String command, Path config) {}

    private final Path folder;
    private final Map<String, String> commands = new LinkedHashMap<>();
    private final Map<String, JsonNode> nodes = new LinkedHashMap<>();
    private final Set<Integer> ports = new TreeSet<>();

    private DemoNetwork(Path folder) {
        this.folder = folder;
    }

    /**
     * Reads the example's files and writes the demo's copies.
     *
     * @param ownData whether the nodes keep their data in the demo's folder, and not where the example has it
     */
    public static DemoNetwork prepare(Path configFolder, Path demoFolder, int portOffset, boolean ownData)
            throws IOException {
        List<String> names = new ArrayList<>(List.of(SIMULATOR));
        names.addAll(NODES);
        return prepare(configFolder, names, demoFolder, portOffset, (name, config) -> {
            if (ownData) {
                config.put("data", demoFolder.resolve(name).toString());
            }
        });
    }

    /**
     * Reads the files of any network and writes copies of them.
     *
     * @param names of the files, without {@code .yaml}, in the order that their processes are to be started
     * @param edit changes what will be written, after the ports were moved
     */
    public static DemoNetwork prepare(
            Path configFolder, List<String> names, Path folder, int portOffset, BiConsumer<String, ObjectNode> edit)
            throws IOException {
        DemoNetwork network = new DemoNetwork(folder);
        Files.createDirectories(folder);
        for (String name : names) {
            ObjectNode moved = (ObjectNode) network.move(read(configFolder.resolve(name + ".yaml")), portOffset);
            boolean simulator = moved.has("simulator");
            network.commands.put(name, simulator ? "kme-sim" : "node");
            edit.accept(name, moved);
            YAML.writeValue(network.config(name).toFile(), moved);
            if (!simulator) {
                network.nodes.put(name, moved);
            }
        }
        return network;
    }

    /** As a node reads it: {@code off} is a word there, which Jackson alone takes for {@code false}. */
    private static ObjectNode read(Path file) throws IOException {
        List<Mistake> mistakes = new ArrayList<>();
        JsonNode tree = new YamlReader(
                        MAX_DEPTH,
                        new HashMap<>(),
                        (line, key, text) -> mistakes.add(new Mistake(file + ":" + line, key, text)))
                .read(Files.readAllBytes(file));
        if (!mistakes.isEmpty()) {
            ConfigMistakes all = new ConfigMistakes(mistakes);
            throw new IOException(all.getMessage(), all);
        }
        if (tree instanceof ObjectNode object) {
            return object;
        }
        throw new IOException(file + " is no configuration: expected keys with values");
    }

    private Path config(String name) {
        return folder.resolve(name + ".yaml");
    }

    public List<Member> members() {
        return commands.entrySet().stream()
                .map(member -> new Member(member.getKey(), member.getValue(), config(member.getKey())))
                .toList();
    }

    /** Every port that some process of the network wants. */
    public Set<Integer> ports() {
        return Set.copyOf(ports);
    }

    /** The URL of the management port of a node. */
    public String management(String node) {
        return "http://" + nodes.get(node).path("management").asText();
    }

    public List<String> nodes() {
        return List.copyOf(nodes.keySet());
    }

    /**
     * The base URL of the key delivery API that this SAE uses.
     *
     * @throws java.util.NoSuchElementException when the network has no such SAE
     */
    public String apiOf(SaeId sae) {
        return "https://localhost:" + portOf(nodes.get(home(sae)).path("listen").asText());
    }

    public NodePath path(SaeId from, SaeId to) {
        Map<Edge, Long> links = new HashMap<>();
        nodes.forEach((id, node) -> node.path("neighbours")
                .forEach(neighbour -> links.put(
                        new Edge(new NodeId(id), new NodeId(neighbour.path("id").asText())), 1L)));
        Topology topology = new Topology(new NodeId(home(from)), links, Map.of(), true);
        return new ShortestPath()
                .bestPath(topology, topology.self(), new NodeId(home(to)), Set.of())
                .orElseThrow();
    }

    /** All SAEs of the network. */
    public List<SaeId> saes() {
        return nodes.values().stream()
                .flatMap(node -> node.path("saes").findValuesAsText("id").stream())
                .map(SaeId::new)
                .toList();
    }

    /** The id of the node that an SAE is attached to. */
    public String home(SaeId sae) {
        return nodes.entrySet().stream()
                .filter(node ->
                        node.getValue().path("saes").findValuesAsText("id").contains(sae.text()))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseThrow();
    }

    private JsonNode move(JsonNode value, int offset) {
        if (value instanceof ObjectNode object) {
            object.fieldNames().forEachRemaining(name -> object.set(name, move(object.get(name), offset)));
        } else if (value instanceof ArrayNode list) {
            for (int i = 0; i < list.size(); i++) {
                list.set(i, move(list.get(i), offset));
            }
        } else if (value.isTextual()) {
            Matcher matcher = WITH_PORT.matcher(value.textValue());
            if (matcher.matches()) {
                int port = Integer.parseInt(matcher.group(2)) + offset;
                ports.add(port);
                String rest = matcher.group(3) == null ? "" : matcher.group(3);
                return TextNode.valueOf(matcher.group(1) + port + rest);
            }
        }
        return value;
    }

    private static int portOf(String address) {
        return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    }
}
