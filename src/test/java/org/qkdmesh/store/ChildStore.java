package org.qkdmesh.store;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.NodeClock;
import org.qkdmesh.model.SaePair;

/**
 * A process of its own that works on a store until it is killed. Its threads put keys, each together with a record, and
 * remove every second one again; what the store has acknowledged they print, {@code +n.} and {@code -n.}; a failure as
 * {@code !}, whether its outcome is known, the number and the message. One more thread changes the key-encryption key
 * again and again, and prints {@code *}.
 */
final class ChildStore implements AutoCloseable {

    private static final int THREADS = 8;

    private final Process process;
    private final BufferedReader output;

    private ChildStore(Process process) {
        this.process = process;
        this.output = process.inputReader(StandardCharsets.US_ASCII);
    }

    static ChildStore start(Path data) throws IOException {
        return start(data, List.of());
    }

    /** @param under the command that runs it, if another one is to */
    static ChildStore start(Path data, List<String> under) throws IOException {
        List<String> command = new ArrayList<>(under);
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                ChildStore.class.getName(),
                data.toString()));
        return new ChildStore(new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
    }

    /** The next whole line, null at the end of the output. */
    String nextLine() throws IOException {
        return output.readLine();
    }

    long pid() {
        return process.pid();
    }

    /** Kills it with SIGKILL; when this returns, nothing of it runs any more. */
    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        // By its handle, since Process.destroyForcibly() would also close the output that is still to be read.
        process.toHandle().destroyForcibly();
        process.onExit().join();
    }

    public static void main(String[] arguments) {
        PrintStream out = System.out;
        SqliteStore store;
        try {
            store = SqliteStore.open(Path.of(arguments[0]), NodeClock.system(), EventLog.silent());
        } catch (StoreFailure e) {
            out.println("!" + e.getMessage());
            return;
        }
        AtomicLong numbers = new AtomicLong(System.currentTimeMillis() * 1000);
        for (int i = 0; i < THREADS; i++) {
            new Thread(() -> work(store, numbers, out)).start();
        }
        new Thread(() -> changeKek(store, out)).start();
    }

    private static void work(SqliteStore store, AtomicLong numbers, PrintStream out) {
        while (true) {
            long number = numbers.incrementAndGet();
            try {
                put(store, number, Rows.A_TO_B);
                out.println("+" + number + ".");
                if (number % 2 == 0) {
                    remove(store, number);
                    out.println("-" + number + ".");
                }
            } catch (StoreFailure e) {
                out.println("!" + e.isOutcomeKnown() + " " + number + " " + e.getMessage());
            }
        }
    }

    private static void changeKek(SqliteStore store, PrintStream out) {
        while (true) {
            try {
                store.changeKek();
                out.println("*");
                // Others are to have their turn.
                LockSupport.parkNanos(10_000_000);
            } catch (StoreFailure e) {
                // The others tell what is wrong with the disk.
            }
        }
    }

    private static void put(SqliteStore store, long number, SaePair pair) {
        store.transact(tx -> {
            tx.putKey(Rows.key(number, pair, tx.now(), Long.MAX_VALUE));
            tx.putRecord(Rows.record(number, Long.MAX_VALUE));
            return null;
        });
    }

    private static void remove(SqliteStore store, long number) {
        store.transact(tx -> {
            tx.removeKey(Rows.id(number));
            tx.removeRecord(Rows.id(number), Rows.B);
            tx.putTombstone(Rows.TN_1, Rows.id(number), Long.MAX_VALUE);
            return null;
        });
    }
}
