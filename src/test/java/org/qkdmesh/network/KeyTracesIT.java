package org.qkdmesh.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qkdmesh.cli.torture.PadLedgerProcessor;
import org.qkdmesh.config.NodeConfig;
import org.qkdmesh.policy.PairPolicy;
import org.qkdmesh.testing.EditedRoutes;
import org.qkdmesh.testing.KeySearch;
import org.qkdmesh.transport.TestClient;

/**
 * Two nodes as processes of their own, one of them at the end of all paths and one on the way, that write down as much as
 * they can be made to. After keys have gone both ways, sealed and not, all that the nodes wrote, said and still have in
 * memory is searched for the keys of the SAEs and for the link keys that were used.
 */
class KeyTracesIT {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<Integer> PROCESSES = List.of(1, 2);
    private static final Pattern DOOR = Pattern.compile("uri: platform-http:(\\S+)");

    /** Every logger tells everything, and the JDK what goes over TLS. */
    private static final String TELL_ALL = """
            <configuration>
              <appender name="all" class="ch.qos.logback.core.ConsoleAppender">
                <encoder><pattern>%level %logger %msg%n</pattern></encoder>
              </appender>
              <logger name="org" level="TRACE"><appender-ref ref="all"/></logger>
              <logger name="io" level="TRACE"><appender-ref ref="all"/></logger>
              <root level="TRACE"><appender-ref ref="all"/></root>
            </configuration>
            """;

    @TempDir
    static Path folder;

    private static ExampleNetwork network;
    private static final Map<Integer, Process> processes = new HashMap<>();

    /** What nodes answered to those who got no key. */
    private static final List<String> answers = new ArrayList<>();

    private static final KeySearch known = new KeySearch();

    @BeforeAll
    static void haveKeysGoBothWays() throws Exception {
        Path ledger = folder.resolve("ledger");
        Path routes = EditedRoutes.of(Path.of("routes"), folder.resolve("routes"))
                .with(
                        "relay/next-hop",
                        "write-hop-message",
                        "padLedger",
                        PadLedgerProcessor.class,
                        Map.of("folder", ledger.toString()))
                .directory();
        network = new ExampleNetwork(folder, new ExampleNetwork.Link(1, 2), new ExampleNetwork.Link(2, 3))
                .withKmeRoutes(EditedRoutes.of(Path.of("routes", "simulator"), folder.resolve("kme-routes"))
                        .with("kme-enc-keys", "give-keys", "remember", KmeRecord.class, Map.of())
                        .directory())
                .withPolicy("sae-3", "sae-1", notSealed());
        network.startKmes();
        for (int node : PROCESSES) {
            processes.put(node, start(node, routes));
        }
        network.startNode(3, routes);
        await().atMost(Duration.ofMinutes(2))
                .ignoreException(UncheckedIOException.class)
                .until(() -> isReady(1) && isReady(2));
        network.awaitKeys(1, 3);
        network.awaitKeys(3, 1);
        exchangeKeys(1, 3);
        exchangeKeys(3, 1);
        knowLinkKeysThatWereUsed(ledger);
    }

    private static PairPolicy notSealed() {
        PairPolicy any = PairPolicy.UNLIMITED;
        return new PairPolicy(any.bounds(), any.rates(), any.priority(), PairPolicy.Seal.OFF, any.paths());
    }

    private static Process start(int node, Path routes) throws IOException {
        Path config = Files.writeString(folder.resolve("tn-" + node + ".yaml"), yaml(network.config(node)));
        Path logging = Files.writeString(folder.resolve("logback.xml"), TELL_ALL);
        ProcessBuilder process = new ProcessBuilder(
                        "./qkd-mesh",
                        "node",
                        "--config",
                        config.toString(),
                        "--routes",
                        routes.toString(),
                        "--log-level",
                        "trace")
                .redirectErrorStream(true)
                .redirectOutput(log(node).toFile());
        process.environment().put("JAVA_TOOL_OPTIONS", "-Djavax.net.debug=all -Dlogback.configurationFile=" + logging);
        return process.start();
    }

    private static String yaml(NodeConfig config) {
        String neighbours = config.neighbours().stream()
                .map(neighbour -> "  - {id: %s, url: \"%s\", kmes: [{id: %s, peer: %s, url: \"%s\"}]}"
                        .formatted(
                                neighbour.id(),
                                neighbour.url(),
                                neighbour.kmes().get(0).id(),
                                neighbour.kmes().get(0).peer(),
                                neighbour.kmes().get(0).url()))
                .collect(Collectors.joining("\n"));
        return """
                id: %s
                listen: %s
                management: %s
                tls: {certificate: %s, key: %s, ca: %s}
                data: %s
                saes: [{id: %s}]
                pairs: [{master: sae-1, slave: sae-3}, {master: sae-3, slave: sae-1, seal: off}]
                neighbours:
                %s
                """.formatted(
                        config.id(),
                        config.listen(),
                        config.management(),
                        config.tls().certificate(),
                        config.tls().key(),
                        config.tls().ca(),
                        config.data(),
                        config.saes().get(0).id(),
                        neighbours);
    }

    private static boolean isReady(int node) throws IOException {
        assertThat(processes.get(node).isAlive())
                .as(Files.readString(log(node)))
                .isTrue();
        return managed(node, "/observe/health/ready").statusCode() == 200;
    }

    /** Twenty keys, of which five wait at their slave's node in the end. */
    private static void exchangeKeys(int master, int slave) throws IOException {
        for (int request = 0; request < 4; request++) {
            HttpResponse<String> given =
                    as(master).get(network.api(master) + ExampleNetwork.sae(slave) + "/enc_keys?number=5&size=256");
            assertThat(given.statusCode()).as(given.body()).isEqualTo(200);
            for (JsonNode key : JSON.readTree(given.body()).path("keys")) {
                String id = key.path("key_ID").asText();
                byte[] bytes = Base64.getDecoder().decode(key.path("key").asText());
                known.add("key from " + ExampleNetwork.sae(master) + " to " + ExampleNetwork.sae(slave), bytes);
                String dec = network.api(slave) + ExampleNetwork.sae(master) + "/dec_keys?key_ID=" + id;
                if (request > 0) {
                    HttpResponse<String> fetched = as(slave).get(dec);
                    assertThat(fetched.statusCode()).as(fetched.body()).isEqualTo(200);
                    assertThat(JSON.readTree(fetched.body()).path("keys").get(0))
                            .isEqualTo(key);
                    answers.add(as(slave).get(dec).body());
                }
                answers.add(as(2).get(dec).body());
                answers.add(as(slave)
                        .post(network.api(slave) + ExampleNetwork.sae(master) + "/dec_keys", bytes)
                        .body());
            }
            assertThat(known.in(given.body()))
                    .as("the search finds what is there")
                    .isNotEmpty();
        }
    }

    private static void knowLinkKeysThatWereUsed(Path ledger) throws IOException {
        Map<String, byte[]> linkKeys = KmeRecord.keys();
        // No link key is a text anywhere, used or not.
        linkKeys.values().forEach(key -> known.addTexts("link key", key));
        int used = 0;
        try (Stream<Path> files = Files.list(ledger)) {
            for (Path file : files.toList()) {
                for (String line : Files.readAllLines(file)) {
                    for (String range : Arrays.asList(line.split(" ")).subList(3, line.split(" ").length)) {
                        String[] part = range.split(":");
                        int offset = Integer.parseInt(part[1]);
                        int length = Integer.parseInt(part[2]);
                        if (length >= 16) {
                            known.add(
                                    "used part of a link key",
                                    Arrays.copyOfRange(linkKeys.get(part[0]), offset, offset + length));
                            used++;
                        }
                    }
                }
            }
        }
        assertThat(used).as("parts of link keys that were used").isGreaterThan(30);
    }

    @AfterAll
    static void stop() {
        processes.values().forEach(process -> process.destroyForcibly().onExit().join());
        network.close();
    }

    /** Five seconds are enough; the promise is a minute. */
    @Test
    void heap_withinAMinute_holdsNoKey_andNoLinkKeyThatWasUsed() throws Exception {
        Deque<Integer> left = new ArrayDeque<>(PROCESSES);
        await().pollDelay(Duration.ofSeconds(5))
                .pollInterval(Duration.ofSeconds(1))
                .atMost(Duration.ofMinutes(1))
                .untilAsserted(() -> {
                    while (!left.isEmpty()) {
                        int node = left.peek();
                        assertThat(known.in(heapDump(node))).as("tn-" + node).isEmpty();
                        left.remove();
                    }
                });
    }

    /** What is alive; the rest is collected before. */
    private static Path heapDump(int node) throws IOException, InterruptedException {
        Path dump = folder.resolve("tn-" + node + ".hprof");
        Files.deleteIfExists(dump);
        String said = jcmd(node, "GC.heap_dump", dump.toString());
        assertThat(dump).as(said).isNotEmptyFile();
        return dump;
    }

    private static String jcmd(int node, String... command) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                Long.toString(processes.get(node).pid())));
        words.addAll(List.of(command));
        Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor()).as(said).isZero();
        return said;
    }

    @Test
    void everythingThatIsWritten_atTheHighestLevelOfTheLog_holdsNoKey() throws Exception {
        for (int node : PROCESSES) {
            assertThat(Files.readString(log(node)))
                    .as("the log of a node at its highest level")
                    .contains("javax.net.debug is ignored", " answered 200 ");
            assertThat(known.in(log(node))).as("log of tn-" + node).isEmpty();
            assertThat(known.in(network.data(node))).as("disk of tn-" + node).isEmpty();
            assertThat(known.in(jcmd(node, "Thread.print", "-l"))).isEmpty();
        }
    }

    @Test
    void everythingThatIsAnswered_holdsNoKey() throws Exception {
        for (int node : PROCESSES) {
            for (String door : managementDoors()) {
                answers.add(managed(node, door.replaceAll("[{}]", "") + "?from=sae-1&to=sae-3")
                        .body());
            }
            String token =
                    Files.readString(network.data(node).resolve("admin.token")).strip();
            answers.add(TestClient.plain()
                    .send(TestClient.request(
                                    network.management(node, "/manage/trace").toString())
                            .header("Authorization", "Bearer " + token)
                            .POST(BodyPublishers.ofString("{\"from\":\"sae-1\",\"to\":\"sae-3\"}")))
                    .body());
        }
        assertThat(answers)
                .anyMatch(text -> text.contains("qkd_keys_given_total"))
                .anyMatch(text -> text.contains("\"message\""));
        assertThat(known.in(String.join("\n", answers))).isEmpty();
    }

    /** All of them, whether they can be read or not. */
    private static List<String> managementDoors() throws IOException {
        List<String> doors = new ArrayList<>();
        try (Stream<Path> files = Files.list(Path.of("routes", "management"))) {
            for (Path file : files.toList()) {
                DOOR.matcher(Files.readString(file))
                        .results()
                        .map(door -> door.group(1))
                        .forEach(doors::add);
            }
        }
        return doors;
    }

    @Test
    void memory_isNotWrittenToACoreFile() throws Exception {
        for (int node : PROCESSES) {
            Path limits = Path.of("/proc", Long.toString(processes.get(node).pid()), "limits");
            assumeTrue(Files.exists(limits), "no /proc here");
            assertThat(Files.readString(limits)).containsPattern("Max core file size +0 +0 ");
        }
    }

    private static HttpResponse<String> managed(int node, String path) {
        return TestClient.plain().get(network.management(node, path).toString());
    }

    private static Path log(int node) {
        return folder.resolve("tn-" + node + ".log");
    }

    private static TestClient as(int sae) {
        return network.as(ExampleNetwork.sae(sae));
    }
}
