package org.qkdmesh.cli.torture;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.qkdmesh.cli.certs.DemoCertificates;
import org.qkdmesh.cli.demo.DemoNetwork;
import org.qkdmesh.cli.management.NodeAddress;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.model.SaePair;
import org.qkdmesh.ops.AdminToken;
import org.qkdmesh.policy.PairPolicy.Paths.Choice;

/**
 * A network of {@code config/examples}, with a proxy of ours in the middle of every connection: of each node to each
 * neighbour and to each KME, and of each SAE to its node. Data, certificates and configuration lie in a folder of the run.
 */
final class TortureNetwork implements AutoCloseable {

    private static final String YAML = ".yaml";

    private final DemoNetwork files;
    private final Path folder;
    private final Optional<Choice> paths;
    private final Map<String, Proxy> proxies = new LinkedHashMap<>();
    private final Map<SaeId, String> apis = new LinkedHashMap<>();
    private final Map<String, String> simulatorsOfKmes = new LinkedHashMap<>();
    private final Map<String, String> managements = new LinkedHashMap<>();
    private final List<String> nodes = new ArrayList<>();

    /**
     * @param example directory with a file for each process
     * @param folder of the run
     * @param life of the keys
     * @param paths of the keys of every pair; empty: as the example says for each
     */
    TortureNetwork(Path example, Path folder, int portOffset, Duration life, Optional<Choice> paths)
            throws IOException {
        this.folder = folder;
        this.paths = paths;
        List<String> names = new ArrayList<>();
        try (Stream<Path> found = Files.list(example)) {
            found.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(YAML))
                    .map(name -> name.substring(0, name.length() - YAML.length()))
                    .sorted()
                    .forEach(names::add);
        }
        this.files = DemoNetwork.prepare(
                example, names, folder, portOffset, (name, config) -> edit(name, config, life.toSeconds() + "s"));
        for (SaeId sae : files.saes()) {
            apis.put(sae, through(sae + ">" + files.home(sae), files.apiOf(sae)));
        }
        DemoCertificates.of(
                        certificates(),
                        nodes,
                        simulatorsOfKmes.keySet(),
                        apis.keySet().stream().map(SaeId::text).toList())
                .make();
    }

    private void edit(String name, ObjectNode config, String life) {
        config.put("data", data(name).toString());
        managements.put(name, "http://" + config.path("management").asText());
        if (config.has("simulator")) {
            config.put("ca", ownCertificate(config.path("ca")));
            config.path("pairs").forEach(pair -> pair.path("kmes").forEach(kme -> {
                simulatorsOfKmes.put(kme.path("id").asText(), name);
                useOwnCertificates((ObjectNode) kme);
            }));
            return;
        }
        nodes.add(name);
        ObjectNode tls = (ObjectNode) config.path("tls");
        useOwnCertificates(tls);
        tls.put("ca", ownCertificate(tls.path("ca")));
        config.withObject("/keys").put("life", life);
        paths.ifPresent(choice -> config.putArray("pairs")
                .addObject()
                .put("master", "*")
                .put("slave", "*")
                .put("paths", choice.text()));
        // Its disk is small.
        config.withObject("/audit").put("file_mebibytes", 1).put("files", 4);
        config.path("neighbours").forEach(neighbour -> {
            putProxyBefore(name, (ObjectNode) neighbour);
            neighbour.path("kmes").forEach(kme -> putProxyBefore(name, (ObjectNode) kme));
        });
    }

    private void useOwnCertificates(ObjectNode holder) {
        holder.put("certificate", ownCertificate(holder.path("certificate")));
        holder.put("key", ownCertificate(holder.path("key")));
    }

    private String ownCertificate(JsonNode file) {
        return certificates().resolve(Path.of(file.asText()).getFileName()).toString();
    }

    private void putProxyBefore(String who, ObjectNode whom) {
        String connection = who + ">" + whom.path("id").asText();
        whom.put("url", through(connection, whom.path("url").asText()));
    }

    private String through(String connection, String url) {
        try {
            Proxy proxy = new Proxy(Integer.parseInt(url.substring(url.lastIndexOf(':') + 1)));
            proxies.put(connection, proxy);
            return "https://localhost:" + proxy.port();
        } catch (IOException e) {
            throw new UncheckedIOException("no port is free for a proxy", e);
        }
    }

    DemoNetwork files() {
        return files;
    }

    Path certificates() {
        return folder.resolve("certs");
    }

    /** The directory that a process keeps its data in. */
    Path data(String name) {
        return folder.resolve("data").resolve(name);
    }

    String management(String name) {
        return managements.get(name);
    }

    /** Where the operator of a process asks it. */
    NodeAddress address(String name) {
        return new NodeAddress(
                name,
                URI.create(management(name)),
                Optional.of(data(name).resolve(AdminToken.FILE)),
                Optional.empty(),
                List.of());
    }

    List<String> nodes() {
        return List.copyOf(nodes);
    }

    List<String> simulators() {
        return simulatorsOfKmes.values().stream().distinct().toList();
    }

    /** The process that a KME is simulated by. */
    String simulatorOf(String kme) {
        return simulatorsOfKmes.get(kme);
    }

    Proxy proxy(String connection) {
        return proxies.get(connection);
    }

    List<SaeId> saes() {
        return List.copyOf(apis.keySet());
    }

    /** The API of an SAE's node, through the SAE's own proxy. */
    String api(SaeId sae) {
        return apis.get(sae);
    }

    /** How many links lie between the nodes of two SAEs, on the shortest way. */
    int hops(SaePair pair) {
        return files.path(pair.master(), pair.slave()).hops();
    }

    /** Whether one way is enough for their keys; with a link of their own they need no more. */
    boolean makesDoWithOneWay(SaePair pair) {
        return !paths.equals(Optional.of(Choice.DISJOINT)) || hops(pair) <= 1;
    }

    /** The first node on the shortest way that is neither's own. */
    String firstTransit(SaePair pair) {
        return files.path(pair.master(), pair.slave()).node(1).text();
    }

    /** Whether one of the two SAEs is attached to this node. */
    boolean endsAt(String node, SaePair pair) {
        return files.home(pair.master()).equals(node)
                || files.home(pair.slave()).equals(node);
    }

    /** Every SAE with every other. */
    List<SaePair> pairs() {
        return apis.keySet().stream()
                .flatMap(master -> apis.keySet().stream()
                        .filter(slave -> !slave.equals(master))
                        .map(slave -> new SaePair(master, slave)))
                .toList();
    }

    Schedule.Targets targets() {
        return new Schedule.Targets(
                nodes(), simulators(), List.copyOf(proxies.keySet()), List.copyOf(simulatorsOfKmes.keySet()));
    }

    void heal() {
        proxies.values().forEach(Proxy::heal);
    }

    @Override
    public void close() {
        for (Proxy proxy : proxies.values()) {
            try {
                proxy.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
