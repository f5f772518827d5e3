package org.qkdmesh.cli;

import java.io.PrintWriter;
import java.time.Duration;
import org.qkdmesh.model.Threads;
import picocli.CommandLine;

/**
 * A line on stderr that says how far a command has come, where somebody looks at it: when stderr is a terminal. It is
 * written anew each second, and goes when the command has ended. A command that takes less than a second shows none.
 */
public final class Progress implements AutoCloseable {

    /** The launcher tells that stderr is a terminal. */
    private static final String WATCHED = "qkd-mesh.watched";

    private static final Duration PERIOD = Duration.ofSeconds(1);

    private final PrintWriter err;
    private final Thread thread;
    private volatile String text = "";

    /** Only the thread uses it, and who closes it when the thread has ended. */
    private int width;

    /**
     * Begins.
     *
     * @param quiet whether nothing is shown all the same
     */
    public static Progress of(CommandLine command, boolean quiet) {
        return new Progress(command.getErr(), !quiet && Boolean.getBoolean(WATCHED), PERIOD);
    }

    Progress(PrintWriter err, boolean shown, Duration period) {
        this.err = err;
        this.thread = new Thread(() -> showOnAndOn(period), "progress");
        thread.setDaemon(true);
        if (shown) {
            thread.start();
        }
    }

    /** How far it has come now. Costs next to nothing. */
    public void now(String progress) {
        text = progress;
    }

    private void showOnAndOn(Duration period) {
        long begun = System.nanoTime();
        try {
            while (true) {
                Thread.sleep(period.toMillis());
                show(text + ", " + Duration.ofNanos(System.nanoTime() - begun).toSeconds() + " s");
            }
        } catch (InterruptedException e) {
            // The command has ended.
        }
    }

    private void show(String line) {
        err.print("\r" + line + " ".repeat(Math.max(0, width - line.length())));
        err.flush();
        width = line.length();
    }

    /** Takes the line back. */
    @Override
    public void close() {
        thread.interrupt();
        Threads.awaitEnd(thread);
        if (width > 0) {
            err.print("\r" + " ".repeat(width) + "\r");
            err.flush();
        }
    }
}
