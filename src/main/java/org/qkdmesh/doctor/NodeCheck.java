package org.qkdmesh.doctor;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.qkdmesh.config.NodeConfig;

/** Whether the node runs, and what it says of itself then. */
final class NodeCheck implements Check {

    private final NodeConfig config;
    private final Path file;
    private final NodeState state;

    NodeCheck(NodeConfig config, Path file, NodeState state) {
        this.config = config;
        this.file = file;
        this.state = state;
    }

    @Override
    public String title() {
        return "node " + config.id();
    }

    @Override
    public List<Finding> run() {
        if (state.health().isEmpty()) {
            return List.of(Finding.ok("does not run: nothing answers at " + config.management()
                    + ". Ports and store are looked at as for a start: ./qkd-mesh node --config " + file));
        }
        if (!state.runs()) {
            String who = state.said().path("node").asText();
            return List.of(Finding.fail(
                            "at its management address " + config.management() + " answers "
                                    + (who.isEmpty() ? "some other program" : "the node " + who),
                            "Give each node a management address of its own.")
                    .next(PortCheck.whoListens(config.management().port())));
        }
        List<Finding> findings = new ArrayList<>();
        boolean ready = state.said().path("status").asText().equals("UP");
        findings.add(
                ready
                        ? Finding.ok("runs and is ready")
                        : Finding.fail(
                                        "runs, but says that it is not ready",
                                        "What is wrong stands below, or in its log.")
                                .next("./qkd-mesh status --config " + file));
        for (JsonNode check : state.said().path("checks")) {
            if (!check.path("status").asText("UP").equals("UP")) {
                findings.add(Finding.warn(
                        "says of " + check.path("name").asText() + ": "
                                + check.path("reason").asText("it is not well"),
                        "See the sections below; its log says since when."));
            }
        }
        return findings;
    }
}
