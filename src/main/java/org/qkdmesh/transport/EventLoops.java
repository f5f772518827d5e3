package org.qkdmesh.transport;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.impl.VertxBuilder;

/** Makes the event loops that servers share: one per process is enough, and the caller closes it. */
public final class EventLoops {

    /**
     * What handshakes of servers cost most runs on these, beside the event loops: however many clients come at once, those
     * that are there already are served meanwhile.
     */
    private static final int HANDSHAKE_THREADS = 1;

    private EventLoops() {}

    /** Few threads, and no directory for temporary files. */
    public static Vertx create() {
        VertxOptions options = new VertxOptions()
                .setEventLoopPoolSize(Math.max(1, Runtime.getRuntime().availableProcessors() / 2))
                .setWorkerPoolSize(1)
                .setInternalBlockingPoolSize(HANDSHAKE_THREADS)
                .setFileSystemOptions(
                        new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false));
        return new VertxBuilder(options)
                .findTransport(new GuardedTransport())
                .init()
                .vertx();
    }
}
