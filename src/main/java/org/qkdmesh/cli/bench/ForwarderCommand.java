package org.qkdmesh.cli.bench;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code qkd-mesh bench-forwarder}: one process of the bare chain, started by {@code bench --floor}. */
@Command(
        name = "bench-forwarder",
        hidden = true,
        description = "One process of the bare chain that bench --floor measures the nodes against.")
public final class ForwarderCommand implements Callable<Integer> {

    @Option(names = "--port", required = true, description = "Port to listen on.")
    private int port;

    @Option(names = "--id", required = true, description = "Whose certificate it shows.")
    private String id;

    @Option(names = "--certs", required = true, description = "Directory of the certificates.")
    private Path certs;

    @Option(names = "--next", description = "Port of the next one; the last one makes the keys.")
    private Integer next;

    @Override
    public Integer call() throws Exception {
        try (Forwarder forwarder = new Forwarder(port, id, certs, next)) {
            Thread.currentThread().join();
            return forwarder.port();
        }
    }
}
