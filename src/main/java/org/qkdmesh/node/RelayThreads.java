package org.qkdmesh.node;

import java.util.concurrent.ExecutorService;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.ThreadPoolProfileBuilder;
import org.apache.camel.util.concurrent.ThreadPoolRejectedPolicy;

/**
 * What sends the same keys to several nodes at once. When all of its threads are busy, the thread that asks sends by
 * itself, one message after another.
 */
final class RelayThreads {

    /** The name by which routes find it. */
    static final String NAME = "relayThreads";

    private static final int MOST = 128;
    private static final long IDLE_SECONDS = 30;

    private RelayThreads() {}

    /** Ends with the context. */
    static ExecutorService of(CamelContext context) {
        return context.getExecutorServiceManager()
                .newThreadPool(
                        context,
                        NAME,
                        new ThreadPoolProfileBuilder(NAME)
                                .poolSize(1)
                                .maxPoolSize(MOST)
                                .maxQueueSize(0)
                                .keepAliveTime(IDLE_SECONDS)
                                .rejectedPolicy(ThreadPoolRejectedPolicy.CallerRuns)
                                .build());
    }
}
