package org.qkdmesh.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qkdmesh.identity.JwsSigner;
import org.qkdmesh.model.AuditEvent;
import org.qkdmesh.model.NodeClock;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.store.MemoryStore;
import org.qkdmesh.store.StoreFailure;
import org.qkdmesh.testing.ReportedKinds;
import org.qkdmesh.testing.TestCertificates;

class AuditLogTest {

    @TempDir
    Path folder;

    private final MemoryStore store = new MemoryStore(NodeClock.system());
    private final ReportedKinds reported = new ReportedKinds();

    private void happen() {
        store.transact(tx -> {
            tx.audit(AuditEvent.of(AuditEvent.What.STORED));
            return null;
        });
    }

    private AuditLog log(TestCertificates ca, AuditLog.Keeping keeping) throws IOException {
        return new AuditLog(
                new NodeId("tn-1"),
                keeping,
                store,
                () -> 0,
                new JwsSigner(ca.node("tn-1")),
                NodeClock.system(),
                new AuditedEvents(reported));
    }

    @Test
    void filesOverTheirNumber_goTheOldestFirst_alsoThoseThatNeverGotFull() throws Exception {
        TestCertificates ca = new TestCertificates(folder.resolve("certs"));
        store.keepAudit(100, () -> false);
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
        store.keepAudit(100, () -> log.trouble().isPresent());
        happen();
        log.export();
        log.export();
        assertThat(log.trouble()).isPresent();
        assertThat(reported.alarms).containsExactly("audit-not-written");
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
