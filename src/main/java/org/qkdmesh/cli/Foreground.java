package org.qkdmesh.cli;

import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
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

    /**
     * Never returns normally: the JVM ends while this waits.
     *
     * @param start of what is to run; when that is told to end while it starts, it is ended as soon as it has started
     * @throws Exception of the start
     */
    static int run(String name, Callable<? extends AutoCloseable> start) throws Exception {
        CompletableFuture<AutoCloseable> started = new CompletableFuture<>();
        if (isToldWhenToEnd(new Thread(() -> end(name, started), "end"))) {
            try {
                started.complete(start.call());
            } finally {
                started.cancel(false);
            }
        }
        Thread.currentThread().join();
        return 0;
    }

    /** Not when it has been told already. */
    private static boolean isToldWhenToEnd(Thread end) {
        try {
            Runtime.getRuntime().addShutdownHook(end);
            return true;
        } catch (IllegalStateException e) {
            return false;
        }
    }

    private static void end(String name, CompletableFuture<AutoCloseable> started) {
        try {
            end(name, started.join());
        } catch (CancellationException e) {
            // It did not start. Whoever wanted that tells why, and the exit code is his.
        }
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
