package org.qkdmesh.cli.management;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** What several nodes answered to the same question; dead ones are no reason to say nothing of the others. */
public final class Replies {

    private static final int AT_ONCE = 16;

    /**
     * One node's reply.
     *
     * @param document its answer; empty when there is none
     * @param failure why there is none; empty when there is
     */
    public record Reply(NodeAddress node, Optional<JsonNode> document, Optional<IOException> failure) {}

    private final List<Reply> all;

    private Replies(List<Reply> all) {
        this.all = all;
    }

    /** Asks all nodes at once. */
    public static Replies to(String path, List<NodeAddress> nodes) throws InterruptedException {
        ExecutorService threads = Executors.newFixedThreadPool(Math.max(1, Math.min(AT_ONCE, nodes.size())));
        try {
            List<Future<Reply>> waiting = nodes.stream()
                    .map(node -> threads.submit(() -> ask(node, path)))
                    .toList();
            List<Reply> replies = new ArrayList<>();
            for (Future<Reply> reply : waiting) {
                replies.add(reply.get());
            }
            return new Replies(replies);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } finally {
            threads.shutdownNow();
        }
    }

    private static Reply ask(NodeAddress node, String path) {
        try {
            return new Reply(node, Optional.of(NodeOptions.client(node).read(path)), Optional.empty());
        } catch (IOException e) {
            return new Reply(node, Optional.empty(), Optional.of(e));
        }
    }

    /** In the order of the nodes. */
    public List<Reply> all() {
        return all;
    }

    /** The answers that came. */
    public List<JsonNode> documents() {
        return all.stream().flatMap(reply -> reply.document().stream()).toList();
    }

    /** Why the others did not come. */
    public List<IOException> failures() {
        return all.stream().flatMap(reply -> reply.failure().stream()).toList();
    }

    /** All of it for programs: a member {@code nodes}, whose entries are answers or have an {@code error}. */
    public ObjectNode json() {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        ArrayNode nodes = root.putArray("nodes");
        for (Reply reply : all) {
            reply.document().ifPresent(nodes::add);
            reply.failure()
                    .ifPresent(failure ->
                            nodes.addObject().put("node", reply.node().name()).put("error", failure.getMessage()));
        }
        return root;
    }
}
