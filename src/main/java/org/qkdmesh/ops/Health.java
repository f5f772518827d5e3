package org.qkdmesh.ops;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Whether the node can do its job, and if not, why. */
public final class Health {

    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * One thing that has to be well.
     *
     * @param needed whether the node is not ready without it
     * @param trouble what is wrong with it now; empty when all is well; must not wait
     */
    public record Check(String name, boolean needed, Supplier<Optional<String>> trouble) {}

    /** A check that found something, and what. */
    public record Trouble(String name, boolean needed, String reason) {}

    /** @param ready false when a needed check found trouble */
    public record Report(boolean ready, List<Trouble> troubles, byte[] json) {}

    private final String node;
    private final List<Check> checks;

    public Health(String node, List<Check> checks) {
        this.node = node;
        this.checks = List.copyOf(checks);
    }

    public Report report() {
        ObjectNode root = JSON.createObjectNode();
        ArrayNode list = JSON.createArrayNode();
        boolean ready = true;
        List<Trouble> troubles = new ArrayList<>();
        for (Check check : checks) {
            Optional<String> trouble = check.trouble().get();
            ready &= trouble.isEmpty() || !check.needed();
            ObjectNode entry =
                    list.addObject().put("name", check.name()).put("status", trouble.isEmpty() ? "UP" : "DOWN");
            trouble.ifPresent(why -> {
                entry.put("reason", why);
                troubles.add(new Trouble(check.name(), check.needed(), why));
            });
        }
        root.put("node", node).put("status", ready ? "UP" : "DOWN").set("checks", list);
        return new Report(ready, List.copyOf(troubles), root.toString().getBytes(StandardCharsets.UTF_8));
    }
}
