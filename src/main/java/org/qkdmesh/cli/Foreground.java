package org.qkdmesh.cli;

import org.qkdmesh.ops.Logs;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the program running until it is told to end, by Ctrl-C or SIGTERM, and ends what it runs in good order then: with
 * exit code 0, where the JVM by itself would call a signal a failure.
 */
final class Foreground {

    private static final Logger LOG = LoggerFactory.getLogger(Foreground.class);

    private Foreground() {}

    /** Never returns normally: the JVM ends while this waits. */
    static int run(String name, AutoCloseable process) throws InterruptedException {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> end(name, process), "end"));
        Thread.currentThread().join();
        return 0;
    }

    private static void end(String name, AutoCloseable process) {
        int code = 0;
        try {
            process.close();
            LOG.info("{} ended", name);
        } catch (Exception e) {
            code = 1;
            LOG.warn("{} did not end in good order", name, e);
        }
        Logs.end();
        Runtime.getRuntime().halt(code);
    }
}
