package org.qkdmesh.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.qkdmesh.identity.JwsSigner;
import org.qkdmesh.identity.NodeSigner;
import org.qkdmesh.model.AuditEvent;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.model.SaePair;
import org.qkdmesh.store.CrashPoints;
import org.qkdmesh.store.MemoryStore;
import org.qkdmesh.store.NodeStore;
import org.qkdmesh.testing.ManualClock;
import org.qkdmesh.testing.ReportedKinds;
import org.qkdmesh.testing.TestCertificates;

/** Whatever becomes of a node, its log is whole and tells each event once. */
class AuditTrailTest {

    private static final NodeId SELF = new NodeId("tn-1");

    /** So small that files get full. */
    private static final long FILE_BYTES = 8_000;

    private static Path certificates;
    private static TestCertificates ca;
    private static NodeSigner signer;

    @BeforeContainer
    static void makeCertificates() throws IOException {
        certificates = Files.createTempDirectory("qkd-mesh-audit");
        ca = new TestCertificates(certificates);
        signer = new JwsSigner(ca.node("tn-1"));
    }

    @AfterContainer
    static void removeCertificates() throws IOException {
        delete(certificates);
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private enum Verb {
        HAPPEN,
        EXPORT,
        STOP,
        DIE,
        DIE_BEFORE_EXPORTED,
        DIE_AFTER_EXPORTED,
        DIE_IN_A_LINE,
        LATER
    }

    private record Step(Verb verb, int number) {}

    private static final class Death extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    @Provide
    Arbitrary<List<Step>> histories() {
        return Combinators.combine(
                        Arbitraries.of(Verb.class), Arbitraries.integers().between(1, 20))
                .as(Step::new)
                .list()
                .ofMinSize(1)
                .ofMaxSize(15);
    }

    /** A node whose log it is. */
    private static final class World {

        private final Path directory;
        private final ManualClock clock = new ManualClock();
        private final ReportedKinds reported = new ReportedKinds();
        private MemoryStore store = new MemoryStore(clock);
        private AuditLog log;
        private int happened;

        World() throws IOException {
            directory = Files.createTempDirectory("qkd-mesh-audit");
            // The certificates are not older.
            clock.shiftWall(Duration.between(clock.wall(), Instant.now()));
            begin();
        }

        private void begin() {
            store = store.reopen(clock);
            store.keepAudit(100_000, false, () -> false);
            log = log(store);
            log.export();
        }

        private AuditLog log(NodeStore of) {
            return new AuditLog(
                    SELF,
                    new AuditLog.Keeping(directory, FILE_BYTES, 0),
                    of,
                    () -> 0,
                    signer,
                    ca::authorities,
                    clock,
                    new AuditedEvents(reported));
        }

        void run(Step step) throws IOException {
            switch (step.verb()) {
                case HAPPEN -> happen(step.number());
                case EXPORT -> log.export();
                case STOP -> {
                    log.close();
                    begin();
                }
                case DIE -> begin();
                case DIE_BEFORE_EXPORTED -> dieAt("before:audit.exported", step.number());
                case DIE_AFTER_EXPORTED -> dieAt("after:audit.exported", step.number());
                case DIE_IN_A_LINE -> {
                    List<Path> files = AuditFile.in(directory);
                    if (!files.isEmpty()) {
                        Path newest = files.get(files.size() - 1);
                        Files.writeString(newest, "{\"line\":", StandardOpenOption.APPEND);
                    }
                    begin();
                }
                case LATER -> clock.advance(Duration.ofSeconds(10L * step.number()));
            }
        }

        private void happen(int events) {
            for (int i = 0; i < events; i++) {
                store.transact(tx -> {
                    tx.audit(AuditEvent.of(AuditEvent.What.STORED)
                            .saes(new SaePair(new SaeId("sae-a"), new SaeId("sae-b")))
                            .with("count", happened++)
                            .keys(List.of(new KeyId(UUID.randomUUID())), 32));
                    return null;
                });
            }
        }

        private void dieAt(String point, int events) {
            happen(events);
            AuditLog dying = log(new CrashPoints(store, reached -> {
                if (reached.equals(point)) {
                    throw new Death();
                }
            }));
            try {
                dying.export();
            } catch (Death e) {
                // As it should.
            }
            begin();
        }

        AuditVerifier.Report verify() throws IOException {
            return new AuditVerifier(ca.authorities(), progress -> {}).verify(AuditFile.in(directory));
        }

        /** The counts of the events in the files, as they stand there. */
        List<Integer> counts() throws IOException {
            List<Integer> counts = new ArrayList<>();
            for (Path file : AuditFile.in(directory)) {
                AuditFile.read(file, (count, text, ended, offset) -> {
                    try {
                        AuditLine line = AuditLine.parse(text);
                        if (!line.isCheckpoint()) {
                            counts.add(line.json().path("count").asInt());
                        }
                    } catch (AuditLine.Malformed e) {
                        throw new UncheckedIOException(new IOException(e));
                    }
                    return true;
                });
            }
            return counts;
        }
    }

    @Property(tries = 25)
    void logOfANode_whereverItDied_isWhole_andTellsEachEventOnce(@ForAll("histories") List<Step> history)
            throws IOException {
        World world = new World();
        try {
            for (Step step : history) {
                world.run(step);
            }
            world.log.close();
            AuditVerifier.Report report = world.verify();
            assertThat(report.findings()).isEmpty();
            assertThat(report.unsigned()).isZero();
            assertThat(world.counts())
                    .isEqualTo(
                            Stream.iterate(0, i -> i + 1).limit(world.happened).toList());
            assertThat(world.reported.alarms).isEmpty();
        } finally {
            delete(world.directory);
        }
    }
}
