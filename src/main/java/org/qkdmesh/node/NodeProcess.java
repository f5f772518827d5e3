package org.qkdmesh.node;

import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.qkdmesh.config.NodeConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A node as a process: runs until it is asked to end. */
public final class NodeProcess {

    private static final Logger LOG = LoggerFactory.getLogger(NodeProcess.class);

    private NodeProcess() {}

    /**
     * Starts the node and waits until the process is asked to end, for example by SIGTERM; then ends the node in order.
     *
     * @param routes directory with the route files
     * @throws Exception when the node can not start; the message says why
     */
    public static void run(NodeConfig config, Path routes) throws Exception {
        long start = System.nanoTime();
        Node node = Node.start(config, routes);
        LOG.info("{} runs after {} ms", config.id(), (System.nanoTime() - start) / 1_000_000);
        CountDownLatch ended = new CountDownLatch(1);
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            node.close();
                            ended.countDown();
                        },
                        "end-node"));
        ended.await();
    }
}
