package org.qkdmesh.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qkdmesh.identity.JwsSigner;
import org.qkdmesh.model.AuditEvent;
import org.qkdmesh.model.NodeClock;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.store.AuditExport;
import org.qkdmesh.store.AuditRow;
import org.qkdmesh.store.MemoryStore;
import org.qkdmesh.store.StoreFailure;
import org.qkdmesh.store.StoreTransaction;
import org.qkdmesh.testing.ManualClock;
import org.qkdmesh.testing.RecordedEvents;
import org.qkdmesh.testing.TestCertificates;

class AuditLogTest {

    @TempDir
    Path folder;

    private final MemoryStore store = new MemoryStore(NodeClock.system());
    private final RecordedEvents reported = new RecordedEvents();
    private final AtomicLong lost = new AtomicLong();

    private void happen() {
        store.transact(tx -> {
            tx.audit(AuditEvent.of(AuditEvent.What.STORED));
            return null;
        });
    }

    private AuditLog log(TestCertificates ca, AuditLog.Keeping keeping) throws IOException {
        return log(ca, keeping, NodeClock.system());
    }

    private AuditLog log(TestCertificates ca, AuditLog.Keeping keeping, NodeClock clock) throws IOException {
        return new AuditLog(
                new NodeId("tn-1"),
                keeping,
                store,
                lost::get,
                new JwsSigner(ca.node("tn-1")),
                ca::authorities,
                clock,
                new AuditedEvents(reported));
    }

    /** Why each checkpoint is there, in the order of the files. */
    private List<String> checkpoints() throws Exception {
        List<String> reasons = new ArrayList<>();
        for (Path file : AuditFile.in(folder)) {
            for (String text : Files.readAllLines(file)) {
                AuditLine line = AuditLine.parse(text);
                if (line.isCheckpoint()) {
                    reasons.add(line.json().path("why").asText());
                }
            }
        }
        return reasons;
    }

    @Test
    void whatWasWritten_isSignedHalfAMinuteAfterTheLastTime_andNotOnceMore() throws Exception {
        ManualClock clock = new ManualClock();
        store.keepAudit(100, false, () -> false);
        AuditLog log =
                log(new TestCertificates(folder.resolve("certs")), new AuditLog.Keeping(folder, 1 << 20, 0), clock);
        happen();
        log.export();
        clock.advance(Duration.ofSeconds(29));
        happen();
        log.export();
        assertThat(checkpoints()).containsExactly("begun");

        clock.advance(Duration.ofSeconds(1));
        log.export();
        assertThat(checkpoints()).containsExactly("begun", "going on");
        clock.advance(Duration.ofMinutes(1));
        log.export();
        assertThat(checkpoints()).as("nothing has happened").hasSize(2);
        log.close();
    }

    @Test
    void tenThousandLines_areSigned_howeverFastTheyCome() throws Exception {
        store.keepAudit(1_000, false, () -> false);
        AuditLog log = log(
                new TestCertificates(folder.resolve("certs")),
                new AuditLog.Keeping(folder, 1 << 30, 0),
                new ManualClock());
        for (int i = 0; i < 25; i++) {
            store.transact(tx -> {
                for (int j = 0; j < 1_000; j++) {
                    tx.audit(AuditEvent.of(AuditEvent.What.STORED));
                }
                return null;
            });
            log.export();
        }
        assertThat(checkpoints()).containsExactly("begun", "going on", "going on");
        log.close();
    }

    @Test
    void linesTakenOutWhileTheNodeWasDown_areToldOfAtItsStart_andItGoesOnInANewFile() throws Exception {
        TestCertificates ca = new TestCertificates(folder.resolve("certs"));
        AuditLog.Keeping keeping = new AuditLog.Keeping(folder, 1 << 20, 0);
        store.keepAudit(100, false, () -> false);
        happen();
        log(ca, keeping).close();
        happen();
        log(ca, keeping).close();
        assertThat(reported.alarms).as("nobody has touched it").isEmpty();
        Path newest = AuditFile.in(folder).get(1);
        List<String> lines = Files.readAllLines(newest);
        Files.write(newest, lines.subList(0, lines.size() - 1));

        happen();
        log(ca, keeping).close();

        assertThat(reported.alarms)
                .containsExactly("audit-altered: " + newest
                        + " does not go on from line 6, the last one that this node wrote: lines were changed, taken"
                        + " out or put in, or this is another disk");
        assertThat(AuditFile.in(folder)).hasSize(3);
        assertThat(new AuditVerifier(ca.authorities(), progress -> {})
                        .verify(AuditFile.in(folder))
                        .findings())
                .isNotEmpty();
    }

    /** The line that an event gets after the last one of this file. */
    private static AuditLine lineAfter(Path file, AuditRow row) throws Exception {
        List<String> lines = Files.readAllLines(file);
        return AuditLine.of(row, AuditLine.parse(lines.get(lines.size() - 1)).end());
    }

    private static void append(Path file, AuditLine line) throws IOException {
        Files.writeString(file, line.text() + "\n", StandardOpenOption.APPEND);
    }

    /** The numbers of the events in the files but for those of alarms, as they stand there. */
    private List<Long> numbers(Path file) throws Exception {
        List<Long> numbers = new ArrayList<>();
        for (String text : Files.readAllLines(file)) {
            AuditLine line = AuditLine.parse(text);
            if (line.json().path("event").asText().equals("stored")) {
                numbers.add(line.json().path("number").asLong());
            }
        }
        return numbers;
    }

    private void isToldOf_andWhatWaitsIsWrittenToANewFile(TestCertificates ca, Path altered) throws Exception {
        log(ca, new AuditLog.Keeping(folder, 1 << 20, 0)).close();
        assertThat(reported.alarms).singleElement().asString().startsWith("audit-altered: " + altered);
        assertThat(AuditFile.in(folder)).hasSize(2);
        assertThat(numbers(AuditFile.in(folder).get(1))).containsExactly(2L, 3L, 4L);
        assertThat(new AuditVerifier(ca.authorities(), progress -> {})
                        .verify(AuditFile.in(folder))
                        .findings())
                .isNotEmpty();
    }

    /** Of four events the first is in the file. */
    private Path fileWithEventsThatWait(TestCertificates ca) throws IOException {
        store.keepAudit(100, false, () -> false);
        happen();
        log(ca, new AuditLog.Keeping(folder, 1 << 20, 0)).export();
        for (int i = 0; i < 3; i++) {
            happen();
        }
        return AuditFile.in(folder).get(0);
    }

    private List<AuditRow> waiting() {
        return store.transact(tx -> tx.auditRows(100));
    }

    @Test
    void lineThatSomebodyElseChainedOn_isToldOf_andNoEventThatWaitsIsTakenForWritten() throws Exception {
        TestCertificates ca = new TestCertificates(folder.resolve("certs"));
        Path file = fileWithEventsThatWait(ca);
        append(file, lineAfter(file, new AuditRow(104, 0, "{\"event\":\"fetched\"}", List.of())));
        isToldOf_andWhatWaitsIsWrittenToANewFile(ca, file);
    }

    @Test
    void lineOfAnEventBeforeWhichAnotherOneWaits_isToldOf_andNoneIsTakenForWritten() throws Exception {
        TestCertificates ca = new TestCertificates(folder.resolve("certs"));
        Path file = fileWithEventsThatWait(ca);
        append(file, lineAfter(file, waiting().get(1)));
        isToldOf_andWhatWaitsIsWrittenToANewFile(ca, file);
    }

    @ParameterizedTest
    @ValueSource(strings = {"tn-1", "tn-2"})
    void checkpointThatTheNodeHasNotSigned_isToldOf_andNoEventThatWaitsIsTakenForWritten(String named)
            throws Exception {
        TestCertificates ca = new TestCertificates(folder.resolve("certs"));
        Path file = fileWithEventsThatWait(ca);
        AuditLine last = lineAfter(file, waiting().get(0));
        AuditExport before = new AuditExport(104, last.line() - 1, last.before());
        ObjectNode statement = AuditLine.statement(named, Instant.now(), "going on", before);
        String signed = new JwsSigner(ca.node("tn-2")).sign(AuditLog.STATEMENT, AuditLine.bytes(statement));
        append(file, AuditLine.checkpoint(statement, signed));
        isToldOf_andWhatWaitsIsWrittenToANewFile(ca, file);
    }

    @Test
    void linesWrittenBeforeTheNodeDied_areKept_alsoWhenSomebodyElseChainedOneOn() throws Exception {
        TestCertificates ca = new TestCertificates(folder.resolve("certs"));
        Path file = fileWithEventsThatWait(ca);
        append(file, lineAfter(file, waiting().get(0)));
        append(file, lineAfter(file, new AuditRow(104, 0, "{\"event\":\"fetched\"}", List.of())));
        log(ca, new AuditLog.Keeping(folder, 1 << 20, 0)).close();
        assertThat(reported.alarms).singleElement().asString().startsWith("audit-altered: " + file);
        assertThat(numbers(AuditFile.in(folder).get(1))).containsExactly(3L, 4L);
    }

    @Test
    void linesThatTheNodeSigned_goOnAfterItsStoreWasPutBack() throws Exception {
        TestCertificates ca = new TestCertificates(folder.resolve("certs"));
        AuditLog.Keeping keeping = new AuditLog.Keeping(folder, 1 << 20, 0);
        store.keepAudit(100, false, () -> false);
        AuditLog first = log(ca, keeping);
        happen();
        first.export();
        AuditExport then = store.transact(StoreTransaction::auditExport);
        happen();
        first.export();
        first.close();
        store.transact(tx -> {
            tx.auditExported(then);
            return null;
        });

        AuditLog second = log(ca, keeping);
        second.export();
        happen();
        second.close();

        assertThat(reported.alarms).isEmpty();
        AuditVerifier.Report report = new AuditVerifier(ca.authorities(), progress -> {}).verify(AuditFile.in(folder));
        assertThat(report.findings()).isEmpty();
        assertThat(numbers(AuditFile.in(folder).get(1))).containsExactly(3L);
    }

    @Test
    void directoryThatOthersMayGetAt_isRefused_withWhatToDo() throws Exception {
        Path directory = Files.createDirectory(folder.resolve("audit"));
        AuditLog.requireOwnerOnly(directory.resolve("not-there-yet"));
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        AuditLog.requireOwnerOnly(directory);

        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxr-x"));
        assertThatThrownBy(() -> AuditLog.requireOwnerOnly(directory))
                .isInstanceOf(StoreFailure.class)
                .hasMessageContaining(directory + ": mode rwxrwxr-x ")
                .hasMessageContaining("(chmod 700 " + directory + ")");
    }

    @Test
    void eventsThatAreMissing_areToldOfByAnAlarm_onceEach_andCounted() throws Exception {
        store.keepAudit(100, false, () -> false);
        AuditLog log = log(new TestCertificates(folder.resolve("certs")), new AuditLog.Keeping(folder, 1 << 20, 0));
        log.export();
        lost.set(2);
        log.export();
        log.export();
        lost.set(5);
        log.export();
        assertThat(reported.alarms)
                .containsExactly(
                        "audit-lost: 2 events are missing in the audit log, since too many wait to be written",
                        "audit-lost: 3 events are missing in the audit log, since too many wait to be written");
        assertThat(log.lost()).isEqualTo(5);
        log.close();
    }

    @Test
    void filesOverTheirNumber_goTheOldestFirst_alsoThoseThatNeverGotFull() throws Exception {
        TestCertificates ca = new TestCertificates(folder.resolve("certs"));
        store.keepAudit(100, false, () -> false);
        List<Path> begun = new ArrayList<>();
        for (int start = 1; start <= 5; start++) {
            happen();
            log(ca, new AuditLog.Keeping(folder, 1 << 20, 3)).close();
            begun.add(AuditFile.in(folder).get(Math.min(start, 3) - 1));
        }
        assertThat(AuditFile.in(folder)).isEqualTo(begun.subList(2, 5));
    }

    @Test
    void whileFilesCanNotBeWritten_itIsSaid_requiredLogsStopTheKeys_andAllIsWrittenAfterwards() throws Exception {
        TestCertificates ca = new TestCertificates(folder.resolve("certs"));
        Path directory = Files.createFile(folder.resolve("in-the-way"));
        AuditLog log = log(ca, new AuditLog.Keeping(directory, 1 << 20, 0));
        store.keepAudit(100, true, () -> log.trouble().isPresent());
        happen();
        log.export();
        log.export();
        assertThat(log.trouble()).isPresent();
        assertThat(reported.alarms).singleElement().asString().startsWith("audit-not-written: ");
        assertThatThrownBy(this::happen).isInstanceOf(StoreFailure.class);

        Files.delete(directory);
        log.export();
        assertThat(log.trouble()).isEmpty();
        happen();
        log.close();

        AuditVerifier.Report report =
                new AuditVerifier(ca.authorities(), progress -> {}).verify(AuditFile.in(directory));
        assertThat(report.findings()).isEmpty();
        assertThat(report.lastLine() - report.checkpoints())
                .as("two that were stored, and the alarm")
                .isEqualTo(3);
    }
}
