package org.qkdmesh.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qkdmesh.audit.AuditLog;
import org.qkdmesh.audit.AuditVerifier;
import org.qkdmesh.audit.AuditedEvents;
import org.qkdmesh.identity.JwsSigner;
import org.qkdmesh.model.AuditEvent;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.NodeClock;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.store.MemoryStore;
import org.qkdmesh.testing.TestCertificates;

class AuditCommandTest {

    private static final int EVENTS = 5;

    @TempDir
    Path folder;

    private String ca;
    private Path log;
    private Path file;

    @BeforeEach
    void writeALog() throws Exception {
        TestCertificates certificates = new TestCertificates(folder.resolve("certs"));
        ca = certificates.ca().toString();
        log = folder.resolve("audit");
        MemoryStore store = new MemoryStore(NodeClock.system());
        store.keepAudit(EVENTS, false, () -> false);
        for (int i = 0; i < EVENTS; i++) {
            store.transact(tx -> {
                tx.audit(AuditEvent.of(AuditEvent.What.FETCHED).with("by", "sae-b"));
                return null;
            });
        }
        AuditLog audit = new AuditLog(
                new NodeId("tn-1"),
                new AuditLog.Keeping(log, 1 << 20, 0),
                store,
                () -> 0,
                new JwsSigner(certificates.node("tn-1")),
                certificates::authorities,
                NodeClock.system(),
                new AuditedEvents(EventLog.silent()));
        audit.export();
        audit.close();
        file = AuditVerifier.filesIn(log).get(0);
    }

    @Test
    void wholeLog_isSaidToBe() {
        CommandRun run = CommandRun.of("audit", "verify", "--ca", ca, log.toString());
        assertThat(run.err()).isEmpty();
        assertThat(run.code()).isZero();
        assertThat(run.out()).startsWith("tn-1, lines 1 to 7 in 1 file: whole, 2 checkpoints");
        CommandRun json = CommandRun.of("audit", "verify", "--json", "--ca", ca, file.toString());
        assertThat(json.json().path("whole").asBoolean()).isTrue();
        assertThat(json.json().path("last_line").asInt()).isEqualTo(EVENTS + 2);
    }

    @Test
    void missingLine_isNamed_withExitCodeOne() throws Exception {
        List<String> lines = Files.readAllLines(file);
        lines.remove(3);
        Files.write(file, lines);
        CommandRun run = CommandRun.of("audit", "verify", "--ca", ca, log.toString());
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).startsWith(file + ":4: line 4 of the log is missing before this one");
        assertThat(run.out()).contains("NOT whole");
    }

    @Test
    void noLog_andNoAuthority_areSaid_withExitCodeTwo() {
        CommandRun none = CommandRun.of(
                "audit", "verify", "--ca", ca, folder.resolve("certs").toString());
        assertThat(none.code()).isEqualTo(2);
        assertThat(none.err()).contains("there is no file of an audit log");
        CommandRun noFile = CommandRun.of(
                "audit", "verify", "--ca", ca, folder.resolve("no.jsonl").toString());
        assertThat(noFile.code()).isEqualTo(2);
        CommandRun noCa = CommandRun.of("audit", "verify", "--ca", folder + "/no.crt", log.toString());
        assertThat(noCa.code()).isEqualTo(2);
        assertThat(noCa.err()).contains("no.crt");
    }
}
