package org.qkdmesh.doctor;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.UUID;
import java.util.stream.DoubleStream;
import org.qkdmesh.model.NodeId;

/**
 * Whether the node that is looked at runs now, by what answers at its management port.
 *
 * @param health what it says of itself; empty when nothing answers
 * @param metrics what it counts, in Prometheus' text form; empty when it does not run
 * @param links what it says of its links; missing when it does not run
 * @param runs whether it is this node that answers
 */
record NodeState(Optional<ManagementPort.Answer> health, String metrics, JsonNode links, boolean runs) {

    static NodeState ask(ManagementPort port, NodeId id) {
        Optional<ManagementPort.Answer> health = port.read("/observe/health");
        boolean runs = health.map(ManagementPort.Answer::json)
                .map(json -> json.path("node").asText().equals(id.text()))
                .orElse(false);
        String metrics = runs
                ? port.read("/observe/metrics")
                        .filter(answer -> answer.status() == 200)
                        .map(ManagementPort.Answer::text)
                        .orElse("")
                : "";
        JsonNode links = runs
                ? port.read("/manage/links").map(ManagementPort.Answer::json).orElse(MissingNode.getInstance())
                : MissingNode.getInstance();
        return new NodeState(health, metrics, links, runs);
    }

    /** What it says of itself; missing when it does not run. */
    JsonNode said() {
        return health.map(ManagementPort.Answer::json).orElse(MissingNode.getInstance());
    }

    /** The epoch that it is in; empty when it does not run. */
    Optional<UUID> epoch() {
        return uuid(links.path("epoch"));
    }

    /** The epoch of a neighbour as it knows it; empty when it does not run, or knows none. */
    Optional<UUID> epochOf(NodeId neighbour) {
        for (JsonNode link : links.path("links")) {
            if (link.path("neighbour").asText().equals(neighbour.text())) {
                return uuid(link.path("neighbour_epoch"));
            }
        }
        return Optional.empty();
    }

    private static Optional<UUID> uuid(JsonNode text) {
        return Optional.ofNullable(text.textValue()).map(UUID::fromString);
    }

    /** The sum of a metric over all its labels; empty when there is none of this name. */
    OptionalDouble metric(String name) {
        double[] values = metrics.lines()
                .filter(line -> line.startsWith(name + " ") || line.startsWith(name + "{"))
                .map(line -> line.substring(line.lastIndexOf(' ') + 1))
                .mapToDouble(Double::parseDouble)
                .toArray();
        return values.length == 0
                ? OptionalDouble.empty()
                : OptionalDouble.of(DoubleStream.of(values).sum());
    }
}
