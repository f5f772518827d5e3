package org.qkdmesh.cli.torture;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

/**
 * A disk that does not sync: as long as this is open, the calls of a process that wait for the disk fail, or kill it. Done
 * by {@code strace}, which also slows the process down.
 */
public final class SyncFault implements AutoCloseable {

    private static final int PATIENCE_SECONDS = 10;

    private final Process strace;
    private final int patienceSeconds;

    SyncFault(Process strace, int patienceSeconds) {
        this.strace = strace;
        this.patienceSeconds = patienceSeconds;
    }

    /** Each sync of the process fails with an input/output error. */
    public static SyncFault failing(long pid) throws IOException {
        return at(pid, "error=EIO");
    }

    /** @param number which sync kills the process, for each of its threads; at least 1 */
    static SyncFault killing(long pid, int number) throws IOException {
        return at(pid, "signal=SIGKILL:when=" + number);
    }

    /** Whether this machine has {@code strace}, and lets it do that. */
    public static boolean isPossible() throws IOException, InterruptedException {
        if (!Programs.succeeds("strace", "--version")) {
            return false;
        }
        Process sleeper = new ProcessBuilder("sleep", "30").start();
        try (SyncFault fault = failing(sleeper.pid())) {
            return !fault.strace.waitFor(300, TimeUnit.MILLISECONDS);
        } finally {
            sleeper.destroyForcibly();
        }
    }

    private static SyncFault at(long pid, String what) throws IOException {
        Process strace = new ProcessBuilder(
                        "strace",
                        "-f",
                        "-qq",
                        "-o",
                        "/dev/null",
                        "-p",
                        Long.toString(pid),
                        "-e",
                        "trace=fsync,fdatasync",
                        "-e",
                        "inject=fsync,fdatasync:" + what)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        return new SyncFault(strace, PATIENCE_SECONDS);
    }

    /** The process goes on, and so does its disk. */
    @Override
    public void close() {
        // Asked to end, it lets its process go on; killed, it does not. But when its process is dead,
        // it may wait without end for one thread of it, which in turn waits to be buried with the others.
        strace.destroy();
        strace.onExit()
                .completeOnTimeout(strace, patienceSeconds, TimeUnit.SECONDS)
                .join();
        strace.destroyForcibly().onExit().join();
    }
}
