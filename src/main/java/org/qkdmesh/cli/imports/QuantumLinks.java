package org.qkdmesh.cli.imports;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Which KMEs are the two ends of a quantum link, and which neighbour the far one belongs to. Settings in the older form
 * tell it in parts, at either end, and sometimes not at all; what is missing or does not agree becomes a mistake.
 */
final class QuantumLinks {

    private final Map<String, OldNode> nodes;
    private final Map<String, String> owners;

    /**
     * @param nodes whose settings are known, by id
     * @param owners whose KMEs are, where the caller knows more than the settings: node by KME
     */
    QuantumLinks(Map<String, OldNode> nodes, Map<String, String> owners) {
        this.nodes = nodes;
        this.owners = owners;
    }

    /** The links of a node, in the order of its settings: for each neighbour the own KMEs, each with the one at the far end. */
    Map<String, Map<OldNode.Kme, String>> of(OldNode node) {
        Map<String, Map<OldNode.Kme, String>> links = new LinkedHashMap<>();
        for (OldNode.Kme own : node.local()) {
            peer(node, own).ifPresent(peer -> neighbourWith(node, own, peer)
                    .ifPresent(neighbour -> links.computeIfAbsent(neighbour, first -> new LinkedHashMap<>())
                            .put(own, peer)));
        }
        tellUnlinked(node);
        return links;
    }

    /** The KME at the other end: both ends say so, and have to agree. */
    private static Optional<String> peer(OldNode node, OldNode.Kme own) {
        List<OldNode.Kme> pointingBack = node.far().stream()
                .filter(far -> far.linkedTo().filter(own.id()::equals).isPresent())
                .toList();
        if (own.linkedTo().isPresent()) {
            String peer = own.linkedTo().get();
            for (OldNode.Kme far : node.far()) {
                if (far.id().equals(peer)
                        && far.linkedTo().filter(to -> !to.equals(own.id())).isPresent()) {
                    far.part()
                            .mistake(
                                    "linked_to",
                                    "says " + far.linkedTo().get() + ", but " + own.id() + " says that it is linked to "
                                            + peer);
                    return Optional.empty();
                }
            }
            return Optional.of(peer);
        }
        if (pointingBack.size() == 1) {
            return Optional.of(pointingBack.get(0).id());
        }
        own.part()
                .mistake(
                        "linked_to",
                        pointingBack.isEmpty()
                                ? "missing: which KME is at the other end of the quantum link?"
                                : "missing, and several KMEs say that they are linked to " + own.id());
        return Optional.empty();
    }

    private static void tellUnlinked(OldNode node) {
        for (OldNode.Kme far : node.far()) {
            boolean known = node.local().stream()
                    .anyMatch(own -> own.linkedTo().filter(far.id()::equals).isPresent()
                            || far.linkedTo().filter(own.id()::equals).isPresent());
            if (!known) {
                far.part().remark("kme_id", "left out: no KME of this node (distance 0) is linked to it");
            }
        }
    }

    /** The neighbour that a KME at the other end belongs to. */
    private Optional<String> neighbourWith(OldNode node, OldNode.Kme own, String peer) {
        List<String> candidates =
                node.neighbours().stream().map(OldNode.Neighbour::id).toList();
        String owner = owners.getOrDefault(peer, owners.get(own.id()));
        if (owner == null) {
            List<OldNode> owning =
                    nodes.values().stream().filter(other -> other.owns(peer)).toList();
            if (owning.size() > 1) {
                own.part()
                        .mistake(
                                "linked_to",
                                "several nodes have " + peer + " at distance 0: "
                                        + owning.stream().map(OldNode::id).collect(Collectors.joining(", ")));
                return Optional.empty();
            }
            owner = owning.isEmpty() ? null : owning.get(0).id();
        }
        if (owner == null && candidates.size() == 1) {
            owner = candidates.get(0);
        }
        if (owner == null) {
            own.part()
                    .mistake(
                            "linked_to",
                            candidates.isEmpty()
                                    ? "there is nobody in attached_trusted_nodes that " + peer + " could belong to"
                                    : "whose is " + peer + "? It may belong to any of " + String.join(", ", candidates)
                                            + ": give the settings of that node as well, or say --kme " + peer + "="
                                            + candidates.get(0));
            return Optional.empty();
        }
        if (!candidates.contains(owner)) {
            own.part()
                    .mistake(
                            "linked_to",
                            peer + " belongs to " + owner + ", which is not in attached_trusted_nodes: add"
                                    + " it there, with its url");
            return Optional.empty();
        }
        return Optional.of(owner);
    }
}
