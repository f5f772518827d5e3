package org.qkdmesh.audit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.qkdmesh.identity.JwsSigner;
import org.qkdmesh.identity.NodeSigner;
import org.qkdmesh.model.AuditEvent;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.model.SaePair;
import org.qkdmesh.store.AuditExport;
import org.qkdmesh.store.AuditRow;
import org.qkdmesh.store.MemoryStore;
import org.qkdmesh.testing.ManualClock;
import org.qkdmesh.testing.ReportedKinds;
import org.qkdmesh.testing.TestCertificates;

/** Whatever somebody does to the files of a log is found, wherever in them he does it. */
class AuditTamperingTest {

    private static final int EVENTS = 60;
    private static final long FILE_BYTES = 8_000;
    private static final int PLACES = 8;

    @TempDir
    static Path folder;

    private static TestCertificates ca;
    private static NodeSigner otherNode;

    /** The lines of each file, as the node wrote them. */
    private static List<List<String>> written;

    @TempDir
    Path directory;

    @BeforeAll
    static void writeALog() throws IOException {
        ca = new TestCertificates(folder.resolve("certs"));
        otherNode = new JwsSigner(ca.node("tn-2"));
        Path log = folder.resolve("log");
        ManualClock clock = new ManualClock();
        clock.shiftWall(Duration.between(clock.wall(), Instant.now()));
        MemoryStore store = new MemoryStore(clock);
        store.keepAudit(EVENTS, false, () -> false);
        AuditLog audit = new AuditLog(
                new NodeId("tn-1"),
                new AuditLog.Keeping(log, FILE_BYTES, 0),
                store,
                () -> 0,
                new JwsSigner(ca.node("tn-1")),
                ca::authorities,
                clock,
                new AuditedEvents(new ReportedKinds()));
        for (int i = 0; i < EVENTS; i++) {
            store.transact(tx -> {
                tx.audit(AuditEvent.of(AuditEvent.What.STORED)
                        .saes(new SaePair(new SaeId("sae-a"), new SaeId("sae-b")))
                        .keys(List.of(new KeyId(UUID.randomUUID())), 32));
                return null;
            });
            if (i % 4 == 3) {
                audit.export();
            }
        }
        audit.close();
        written = new ArrayList<>();
        for (Path file : AuditFile.in(log)) {
            written.add(Files.readAllLines(file));
        }
        assertThat(written).hasSizeGreaterThanOrEqualTo(3).allSatisfy(lines -> assertThat(lines)
                .hasSizeGreaterThan(5));
    }

    /** A log in the hands of somebody. */
    private static final class Log {

        private final List<List<String>> files = new ArrayList<>();
        private final SplittableRandom random;

        Log(SplittableRandom random) {
            this.random = random;
            written.forEach(lines -> files.add(new ArrayList<>(lines)));
        }

        List<String> anyFile() {
            return files.get(random.nextInt(files.size()));
        }

        /** One that others follow. */
        List<String> anyFileButTheLast() {
            return files.get(random.nextInt(files.size() - 1));
        }

        List<String> lastFile() {
            return files.get(files.size() - 1);
        }

        /** But for the last. */
        int anyLine(List<String> file) {
            return random.nextInt(file.size() - 1);
        }

        /** Changes one that tells of an event. */
        void changeAnEvent(UnaryOperator<String> change) {
            List<String> file = anyFile();
            int at = anyLine(file);
            while (parse(file.get(at)).isCheckpoint()) {
                at = anyLine(file);
            }
            file.set(at, change.apply(file.get(at)));
        }

        /** Has every line hold the hash of the one before again. */
        void chainAnew() {
            AuditExport end = AuditExport.NONE;
            for (List<String> file : files) {
                for (int i = 0; i < file.size(); i++) {
                    AuditLine line = parse(file.get(i));
                    String text = line.text()
                            .replace("\"before\":\"" + line.before() + "\"", "\"before\":\"" + end.hash() + "\"");
                    file.set(i, text);
                    end = parse(text).end();
                }
            }
        }

        static AuditLine parse(String text) {
            try {
                return AuditLine.parse(text);
            } catch (AuditLine.Malformed e) {
                throw new IllegalStateException(e);
            }
        }

        static String signature(String checkpoint) {
            return parse(checkpoint).json().path("signed").asText();
        }
    }

    private interface Tampering {
        void on(Log log, SplittableRandom random);
    }

    private static final Map<String, Tampering> TAMPERINGS = new LinkedHashMap<>();

    static {
        TAMPERINGS.put(
                "a value is changed", (log, random) -> log.changeAnEvent(text -> text.replace("sae-a", "sae-x")));
        TAMPERINGS.put("white space is put in", (log, random) -> {
            List<String> file = log.anyFile();
            file.replaceAll(text -> random.nextBoolean() ? text : text.replaceFirst(",", ", "));
            file.set(0, file.get(0).replaceFirst(":", ": "));
        });
        TAMPERINGS.put("the end of a line is another one", (log, random) -> {
            List<String> file = log.anyFile();
            int at = random.nextInt(file.size());
            file.set(at, file.get(at) + "\r");
        });
        TAMPERINGS.put("a line is taken out", (log, random) -> {
            List<String> file = log.anyFile();
            file.remove(log.anyLine(file));
        });
        TAMPERINGS.put("a file is taken out", (log, random) -> log.files.remove(1));
        TAMPERINGS.put(
                "the beginning of the log is cut within a file",
                (log, random) ->
                        log.files.get(0).subList(0, 1 + random.nextInt(3)).clear());
        TAMPERINGS.put("the end of a file is cut", (log, random) -> {
            List<String> file = log.anyFileButTheLast();
            file.subList(file.size() - 1 - random.nextInt(4), file.size()).clear();
        });
        TAMPERINGS.put("a line is cut", (log, random) -> {
            List<String> file = log.anyFile();
            int at = random.nextInt(file.size());
            file.set(at, file.get(at).substring(0, random.nextInt(file.get(at).length())));
        });
        TAMPERINGS.put("two lines have changed places", (log, random) -> {
            List<String> file = log.anyFile();
            int at = log.anyLine(file);
            file.add(at, file.remove(at + 1));
        });
        TAMPERINGS.put("a line is repeated", (log, random) -> {
            List<String> file = log.anyFile();
            file.add(random.nextInt(file.size()), file.get(random.nextInt(file.size())));
        });
        TAMPERINGS.put("a line is moved to another file", (log, random) -> {
            List<String> file = log.anyFileButTheLast();
            log.lastFile().add(1, file.remove(log.anyLine(file)));
        });
        TAMPERINGS.put("a line is put in that fits the one before", (log, random) -> {
            List<String> file = log.anyFile();
            int at = log.anyLine(file);
            AuditLine before = Log.parse(file.get(at));
            file.add(
                    at + 1,
                    "{\"line\":" + (before.line() + 1) + ",\"number\":1,\"time\":\"2026-01-01T00:00:00Z\","
                            + "\"event\":\"fetched\",\"before\":\""
                            + before.end().hash() + "\"}");
        });
        TAMPERINGS.put("a line is changed, and all hashes after it", (log, random) -> {
            log.changeAnEvent(text -> text.replace("sae-b", "sae-y"));
            log.chainAnew();
        });
        TAMPERINGS.put("the last checkpoint has the signature of another one", (log, random) -> {
            List<String> last = log.lastFile();
            String text = last.get(last.size() - 1);
            last.set(
                    last.size() - 1,
                    text.replace(
                            Log.signature(text), Log.signature(log.files.get(0).get(0))));
        });
        TAMPERINGS.put("the last checkpoint is another node's", (log, random) -> {
            List<String> last = log.lastFile();
            AuditLine checkpoint = Log.parse(last.get(last.size() - 1));
            String signed = otherNode.sign(AuditLog.STATEMENT, AuditLine.bytes(checkpoint.statement()));
            last.set(last.size() - 1, checkpoint.text().replace(Log.signature(checkpoint.text()), signed));
        });
    }

    static Stream<String> tamperings() {
        return TAMPERINGS.keySet().stream();
    }

    private AuditVerifier.Report verify(Log log) throws IOException {
        List<Path> files = new ArrayList<>();
        for (List<String> lines : log.files) {
            Path file = directory.resolve(UUID.randomUUID() + ".jsonl");
            StringBuilder text = new StringBuilder();
            lines.forEach(line -> text.append(line).append('\n'));
            files.add(Files.writeString(file, text));
        }
        return new AuditVerifier(ca.authorities(), progress -> {}).verify(files);
    }

    @Test
    void logAsItWasWritten_isFoundToBeWhole() throws IOException {
        AuditVerifier.Report report = verify(new Log(new SplittableRandom(1)));
        assertThat(report.findings()).isEmpty();
        assertThat(report.node()).contains("tn-1");
        assertThat(report.firstLine()).isEqualTo(1);
        assertThat(report.lastLine() - report.checkpoints()).isEqualTo(EVENTS);
        assertThat(report.ended()).isTrue();
    }

    @Test
    void logWithoutItsOldestFiles_isFoundToBeWhole() throws IOException {
        Log log = new Log(new SplittableRandom(1));
        log.files.remove(0);
        AuditVerifier.Report report = verify(log);
        assertThat(report.findings()).isEmpty();
        assertThat(report.firstLine()).isGreaterThan(1);
    }

    @Test
    void linesThatNoCheckpointHasConfirmedYet_areCounted() throws IOException {
        Log log = new Log(new SplittableRandom(1));
        List<String> last = log.lastFile();
        last.remove(last.size() - 1);
        AuditVerifier.Report report = verify(log);
        assertThat(report.findings()).isEmpty();
        assertThat(report.ended()).isFalse();
        assertThat(report.unsigned()).isPositive();
    }

    @ParameterizedTest
    @MethodSource("tamperings")
    void tamperingIsFound(String tampering) throws IOException {
        for (int seed = 0; seed < PLACES; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            Log log = new Log(random);
            TAMPERINGS.get(tampering).on(log, random);
            AuditVerifier.Report report = verify(log);
            assertThat(report.findings()).as("place " + seed).isNotEmpty();
            assertThat(report.findings().get(0).line()).isPositive();
        }
    }

    @Test
    void aChangedLine_isNamedByTheFileAndTheLine() throws IOException {
        Log log = new Log(new SplittableRandom(1));
        List<String> file = log.files.get(1);
        file.set(2, file.get(2).replace("sae-a", "sae-x"));
        AuditVerifier.Report report = verify(log);
        assertThat(report.findings()).singleElement().satisfies(finding -> {
            assertThat(finding.line()).isEqualTo(4);
            assertThat(finding.what()).contains("that one was changed, or this one");
        });
    }

    @Test
    void fileWhoseLastLineWasCut_isNamed() throws IOException {
        Path file = directory.resolve("cut");
        Files.writeString(file, String.join("\n", written.get(0)));
        AuditVerifier.Report report = new AuditVerifier(ca.authorities(), progress -> {}).verify(List.of(file));
        assertThat(report.findings())
                .singleElement()
                .hasToString(file + ":" + written.get(0).size() + ": the line is cut: it has no end");
    }

    /** A signed line at the end of what the lines so far end with. */
    private static AuditLine checkpoint(String why, AuditExport end) throws IOException {
        ObjectNode statement = AuditLine.statement("tn-1", Instant.now(), why, end);
        String signed = new JwsSigner(ca.node("tn-1")).sign(AuditLog.STATEMENT, AuditLine.bytes(statement));
        return AuditLine.checkpoint(statement, signed);
    }

    @Test
    void eventThatWasTakenOutOfTheStoreBeforeItWasWritten_isFoundMissing() throws IOException {
        Log log = new Log(new SplittableRandom(1));
        List<AuditLine> lines = new ArrayList<>(List.of(checkpoint("begun", AuditExport.NONE)));
        for (long number : new long[] {1, 2, 4, 5}) {
            AuditRow row = new AuditRow(number, 0, "{\"event\":\"stored\"}", List.of());
            lines.add(AuditLine.of(row, lines.get(lines.size() - 1).end()));
        }
        lines.add(checkpoint("stopped", lines.get(lines.size() - 1).end()));
        log.files.clear();
        log.files.add(lines.stream().map(AuditLine::text).toList());

        assertThat(verify(log).findings()).singleElement().satisfies(finding -> {
            assertThat(finding.line()).isEqualTo(4);
            assertThat(finding.what()).isEqualTo("event 3 of the log is missing before this one");
        });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "61 | event 61 of the log is missing before this one",
                "63 | events 61 to 63 of the log are missing before this one",
                "59 | has number 59, but the last event before it is 60"
            })
    void checkpointWithAnotherNumberThanTheLineBefore_isFound(long number, String what) throws IOException {
        Log log = new Log(new SplittableRandom(1));
        List<String> last = log.lastFile();
        AuditExport before = Log.parse(last.get(last.size() - 2)).end();
        AuditLine wrong = checkpoint("stopped", new AuditExport(number, before.line(), before.hash()));
        last.set(last.size() - 1, wrong.text());

        assertThat(verify(log).findings())
                .extracting(AuditVerifier.Finding::what)
                .containsExactly(what);
    }
}
