package org.qkdmesh.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
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

    @Test
    void whileFilesCanNotBeWritten_itIsSaid_requiredLogsStopTheKeys_andAllIsWrittenAfterwards() throws Exception {
        TestCertificates ca = new TestCertificates(folder.resolve("certs"));
        Path directory = Files.createFile(folder.resolve("in-the-way"));
        AuditLog log = new AuditLog(
                new NodeId("tn-1"),
                new AuditLog.Keeping(directory, 1 << 20, 0),
                store,
                () -> 0,
                new JwsSigner(ca.node("tn-1")),
                NodeClock.system(),
                new AuditedEvents(reported));
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
