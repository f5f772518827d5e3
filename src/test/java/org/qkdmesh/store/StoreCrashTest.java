package org.qkdmesh.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.qkdmesh.store.Rows.id;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.qkdmesh.model.NodeClock;
import org.qkdmesh.testing.ReportedKinds;

/** Real processes that die, and a disk that really refuses: what was acknowledged is there. */
@Timeout(value = 240, unit = TimeUnit.SECONDS)
class StoreCrashTest {

    private static final Path STRACE = Path.of("/usr/bin/strace");
    private static final Path PRLIMIT = Path.of("/usr/bin/prlimit");

    @TempDir
    Path data;

    private final Set<Long> put = new HashSet<>();
    private final Set<Long> removed = new HashSet<>();
    private final Set<Long> refused = new HashSet<>();
    private int failures;
    private int unknown;
    private int changes;

    /** Reads what the child acknowledges; the last line may be cut by the kill, then it claims nothing. */
    private boolean note(String line) {
        if (line == null) {
            return false;
        }
        if (line.startsWith("!")) {
            failures++;
            String[] words = line.split(" ", 3);
            if (words.length == 3 && words[0].equals("!true")) {
                refused.add(Long.parseLong(words[1]));
            } else if (words[0].equals("!false")) {
                unknown++;
            }
        } else if (line.equals("*")) {
            changes++;
        } else if (line.endsWith(".")) {
            long number = Long.parseLong(line.substring(1, line.length() - 1));
            (line.startsWith("+") ? put : removed).add(number);
        }
        return true;
    }

    private void killAfterAcknowledging(ChildStore child, int more) throws IOException {
        int enough = put.size() + removed.size() + more;
        while (put.size() + removed.size() < enough && note(child.nextLine())) {
            // The child goes on meanwhile.
        }
        child.close();
        while (note(child.nextLine())) {
            // What it had written into the pipe before it died was acknowledged too.
        }
        assertThat(put.size() + removed.size()).isGreaterThanOrEqualTo(enough);
    }

    private void everythingAcknowledgedIsThere() {
        ReportedKinds events = new ReportedKinds();
        try (SqliteStore store = SqliteStore.open(data, NodeClock.system(), events)) {
            for (long number : put) {
                store.transact(tx -> {
                    boolean gone = tx.hasTombstone(Rows.TN_1, id(number));
                    assertThat(tx.record(id(number), Rows.B).isPresent()).isEqualTo(!gone);
                    assertThat(tx.hasKey(id(number))).isEqualTo(!gone);
                    if (gone) {
                        assertThat(number % 2).isZero();
                    } else {
                        assertThat(removed).doesNotContain(number);
                        assertThat(tx.key(id(number), Rows.B)
                                        .orElseThrow()
                                        .bytes()
                                        .insecureAccess())
                                .isEqualTo(Rows.bytes(number));
                    }
                    return null;
                });
            }
            for (long number : refused) {
                boolean whatWasRefusedIsItsRemoval = put.contains(number);
                boolean there = store.transact(tx -> tx.hasKey(id(number)));
                assertThat(there).as("a refused transaction changes nothing").isEqualTo(whatWasRefusedIsItsRemoval);
            }
            int halves = store.transact(tx -> tx.countKeys() - tx.countRecords());
            assertThat(halves).isZero();
        }
        assertThat(events.alarms).isEmpty();
    }

    @Test
    void killedInTheMiddleOfCommitsAndChangesOfTheKek_losesNothingAcknowledged_andNothingIsHalf() throws Exception {
        for (int acknowledged : new int[] {1, 300, 2000}) {
            try (ChildStore child = ChildStore.start(data)) {
                killAfterAcknowledging(child, acknowledged);
            }
            everythingAcknowledgedIsThere();
        }
        assertThat(changes).as("of the key-encryption key").isPositive();
        assertThat(failures).isZero();
    }

    @Test
    void filesThatMayNotGrow_giveFailures_loseNothing_andHealByThemselves() throws Exception {
        assumeThat(PRLIMIT).exists();
        try (ChildStore child = ChildStore.start(data)) {
            note(child.nextLine());
            limitFiles(child, "100000:unlimited");
            while (failures < 20 && note(child.nextLine())) {
                assertThat(put)
                        .as("what 100 kB cannot hold is not acknowledged")
                        .hasSizeLessThan(10_000);
            }
            limitFiles(child, "unlimited");
            killAfterAcknowledging(child, 5000);
        }
        everythingAcknowledgedIsThere();
    }

    @Test
    void syncThatFails_isNotTriedAgain_butTheFilesAreOpenedAndReadAgain_andTellEveryCallerWhatBecameOfHisCommit()
            throws Exception {
        assumeThat(STRACE).as("strace, to fail a sync").exists();
        Path calls = data.resolveSibling("calls");
        try (ChildStore child = ChildStore.start(
                data.resolve("node"),
                List.of(
                        STRACE.toString(),
                        "-f",
                        "-o",
                        calls.toString(),
                        "-e",
                        "trace=openat,fsync,fdatasync",
                        "-e",
                        "inject=fsync,fdatasync:error=EIO:when=40..42"))) {
            killAfterAcknowledging(child, 2000);
        }
        assertThat(unknown).as("the files tell what became of each commit").isZero();
        List<String> after = Files.readAllLines(calls);
        after = after.subList(firstIndex(after, "INJECTED"), after.size());
        assertThat(after.get(firstIndex(after, "store.db\""))).contains("openat");
        data = data.resolve("node");
        everythingAcknowledgedIsThere();
    }

    private static int firstIndex(List<String> lines, String part) {
        return lines.indexOf(
                lines.stream().filter(line -> line.contains(part)).findFirst().orElseThrow());
    }

    private static void limitFiles(ChildStore child, String bytes) throws IOException, InterruptedException {
        int exit = new ProcessBuilder(PRLIMIT.toString(), "--pid", Long.toString(child.pid()), "--fsize=" + bytes)
                .inheritIO()
                .start()
                .waitFor();
        assertThat(exit).isZero();
    }
}
