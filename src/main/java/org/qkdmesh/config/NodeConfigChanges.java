package org.qkdmesh.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.qkdmesh.model.Combine;
import org.qkdmesh.model.NodeId;

/** What lies between the configuration that a node runs with and another one. */
public final class NodeConfigChanges {

    /** What a running node can not change, by the names of the file. */
    private static final Map<String, Function<NodeConfig, Object>> FIXED = new LinkedHashMap<>();

    static {
        FIXED.put("id", NodeConfig::id);
        FIXED.put("listen", NodeConfig::listen);
        FIXED.put("peer_port", NodeConfig::peerListen);
        FIXED.put("management", NodeConfig::management);
        FIXED.put("data", NodeConfig::data);
        FIXED.put("keys", NodeConfig::keys);
        FIXED.put("keys.life", config -> config.keyTimes().life());
        FIXED.put("keys.fetch_window", config -> config.keyTimes().fetchWindow());
        FIXED.put("keys.redelivery_window", config -> config.keyTimes().redeliveryWindow());
        FIXED.put("relay", NodeConfig::relay);
        FIXED.put("link_keys", NodeConfig::linkKeys);
        FIXED.put("limits", NodeConfig::limits);
        FIXED.put("audit", NodeConfig::audit);
    }

    private NodeConfigChanges() {}

    /** The settings that differ and can be changed only by a restart. */
    public static List<String> needingRestart(NodeConfig before, NodeConfig after) {
        Stream<String> fixed = FIXED.entrySet().stream()
                .filter(setting -> !Objects.equals(
                        setting.getValue().apply(before), setting.getValue().apply(after)))
                .map(Map.Entry::getKey);
        Map<NodeId, Combine> combined = before.neighbours().stream()
                .collect(Collectors.toMap(NodeConfig.Neighbour::id, NodeConfig.Neighbour::combine));
        List<NodeConfig.Neighbour> now = after.neighbours();
        Stream<String> combine = IntStream.range(0, now.size())
                .filter(i -> combined.getOrDefault(now.get(i).id(), now.get(i).combine())
                        != now.get(i).combine())
                .mapToObj(i -> "neighbours[" + i + "].combine");
        return Stream.concat(fixed, combine).toList();
    }

    /** What differs otherwise, a line each, for a person. */
    public static List<String> told(NodeConfig before, NodeConfig after) {
        List<String> told = new ArrayList<>();
        tell(told, "SAE", saes(before), saes(after));
        tell(told, "neighbour", neighbours(before), neighbours(after));
        tell(told, "KME", kmes(before), kmes(after));
        if (!before.pairs().equals(after.pairs())) {
            told.add("pairs changed");
        }
        if (!before.directory().equals(after.directory())) {
            told.add("directory changed");
        }
        if (!before.tls().equals(after.tls())) {
            told.add("tls changed");
        }
        return told;
    }

    private static Map<String, Object> saes(NodeConfig config) {
        return byId(config.saes(), sae -> sae.id().text(), sae -> sae);
    }

    /** Without their KMEs, which are told by themselves. */
    private static Map<String, Object> neighbours(NodeConfig config) {
        return byId(
                config.neighbours(),
                neighbour -> neighbour.id().text(),
                neighbour -> List.of(neighbour.url(), neighbour.certificate()));
    }

    private static Map<String, Object> kmes(NodeConfig config) {
        return byId(
                config.neighbours().stream()
                        .flatMap(neighbour -> neighbour.kmes().stream().map(kme -> Map.entry(neighbour.id(), kme)))
                        .toList(),
                kme -> kme.getValue().id().text(),
                kme -> kme);
    }

    private static <T> Map<String, Object> byId(List<T> all, Function<T, String> id, Function<T, Object> value) {
        return all.stream().collect(Collectors.toMap(id, value, (one, other) -> one, LinkedHashMap::new));
    }

    private static void tell(List<String> told, String kind, Map<String, Object> before, Map<String, Object> after) {
        before.keySet().stream()
                .filter(id -> !after.containsKey(id))
                .forEach(id -> told.add(kind + " " + id + " removed"));
        after.forEach((id, value) -> {
            if (!before.containsKey(id)) {
                told.add(kind + " " + id + " added");
            } else if (!before.get(id).equals(value)) {
                told.add(kind + " " + id + " changed");
            }
        });
    }
}
