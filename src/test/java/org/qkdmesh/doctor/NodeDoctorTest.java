package org.qkdmesh.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qkdmesh.cli.certs.DemoCertificates;
import org.qkdmesh.config.BindAddress;
import org.qkdmesh.config.KeySettings;
import org.qkdmesh.config.NodeConfig;
import org.qkdmesh.config.NodeConfigReader;
import org.qkdmesh.config.SimulatorConfig;
import org.qkdmesh.identity.ConfiguredCertificates;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.KmeId;
import org.qkdmesh.model.NodeClock;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.node.Node;
import org.qkdmesh.simulator.SimulatorProcess;
import org.qkdmesh.store.SqliteStore;
import org.qkdmesh.testing.FreePorts;
import org.qkdmesh.testing.SmallDisk;
import org.qkdmesh.testing.TestCertificates;

/**
 * The first node of the example network with all that is around it: its neighbour runs, its KME is simulated, everything
 * over real TLS. Each test makes one thing wrong.
 */
class NodeDoctorTest {

    private static final String ADVERTISED = "advertises its link to this node as up, with link keys";
    private static final String OWN = "tn-1-a2b2";
    private static final String NEIGHBOUR = "tn-2-a2b1";
    private static final String OWN_KME = "ndk-kme-b2";
    private static final String FAR_KME = "ndk-kme-a2";
    private static final Path ROUTES = Path.of("routes");

    @TempDir
    private static Path directory;

    private static Path certs;
    private static SimulatorProcess kmes;
    private static Node neighbour;
    private static int neighbourPort;
    private static int ownPort;
    private static Path usedData;
    private static Findings whileItRan;

    private final Map<String, String> environment = new HashMap<>();
    private Clock clock = Clock.systemUTC();
    private FreeSpace space = FreeSpace::ofFileSystem;

    NodeDoctorTest() throws IOException {
        environment.put("QKD_MESH_LISTEN", "127.0.0.1:" + ownPort);
        environment.put("QKD_MESH_MANAGEMENT", "127.0.0.1:" + FreePorts.one());
        environment.put(
                "QKD_MESH_DATA",
                Files.createTempDirectory(directory, "data").resolve("own").toString());
        environment.put("QKD_MESH_NEIGHBOURS__0__URL", "https://localhost:" + neighbourPort);
        environment.put("QKD_MESH_NEIGHBOURS__0__KMES__0__URL", url(OWN_KME));
    }

    @BeforeAll
    static void startWhatIsAroundTheNode() throws Exception {
        certs = directory.resolve("certs");
        new DemoCertificates(certs).make();
        kmes = SimulatorProcess.run(
                new SimulatorConfig(
                        BindAddress.parse("127.0.0.1:0"),
                        directory.resolve("kme-sim"),
                        certs.resolve("ca.crt"),
                        new KeySettings(64, 1024, 256, 50, 1000),
                        List.of(new SimulatorConfig.Pair(
                                20_000_000, 20_000_000, end(OWN_KME, OWN), end(FAR_KME, NEIGHBOUR)))),
                ROUTES.resolve("simulator"),
                EventLog.silent());
        neighbourPort = FreePorts.one();
        ownPort = FreePorts.one();
        neighbour = Node.start(neighboursConfig(), ROUTES);
        new NodeDoctorTest().runOnce();
    }

    /** Runs the node for a while, and looks at it then. */
    private void runOnce() throws Exception {
        usedData = Path.of(environment.get("QKD_MESH_DATA"));
        try (Node node = Node.start(config(), ROUTES)) {
            assertThat(node.camelContext().isStarted()).isTrue();
            await().atMost(Duration.ofSeconds(60)).until(this::isReady);
            // The neighbour says that it has keys a moment after it has them.
            await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
                whileItRan = examine();
                whileItRan.assertOk("neighbour " + NEIGHBOUR, ADVERTISED);
            });
        }
    }

    private static SimulatorConfig.Kme end(String id, String sae) {
        return new SimulatorConfig.Kme(
                new KmeId(id),
                BindAddress.parse("127.0.0.1:0"),
                certs.resolve(id + ".crt"),
                certs.resolve(id + ".key"),
                new SaeId(sae));
    }

    private static NodeConfig neighboursConfig() throws Exception {
        Map<String, String> overrides = Map.of(
                "QKD_MESH_LISTEN",
                "127.0.0.1:" + neighbourPort,
                "QKD_MESH_MANAGEMENT",
                "127.0.0.1:0",
                "QKD_MESH_DATA",
                directory.resolve("neighbour").toString(),
                "QKD_MESH_NEIGHBOURS__0__URL",
                "https://localhost:" + ownPort,
                "QKD_MESH_NEIGHBOURS__0__KMES__0__URL",
                url(FAR_KME));
        return NodeConfigReader.read(file(NEIGHBOUR), overrides, new ConfiguredCertificates());
    }

    private static String url(String kme) {
        return "https://localhost:" + kmes.port(new KmeId(kme));
    }

    /** The example's file, with the certificates of this test. */
    private static Path file(String node) throws IOException {
        String yaml = Files.readString(Path.of("config", node + ".yaml"));
        return Files.writeString(directory.resolve(node + ".yaml"), yaml.replace("certs/", certs + "/"));
    }

    @AfterAll
    static void stopAll() {
        neighbour.close();
        kmes.close();
    }

    @Test
    void nodeThatRunsWell_isFoundSo() {
        whileItRan.assertAllWell();
        whileItRan.assertOk("node " + OWN, "runs and is ready");
        whileItRan.assertOk("ports", "answers, with the certificate in");
        whileItRan.assertOk("store", "the running node reads and writes it, ", " rows");
        whileItRan.assertOk("store", "a commit takes ");
        whileItRan.assertOk("KME " + OWN_KME, "keys from here to there: 52 are the same at " + FAR_KME);
        whileItRan.assertOk("neighbour " + NEIGHBOUR, "both ends know the epoch of the other");
        whileItRan.assertOk("neighbour " + NEIGHBOUR, ADVERTISED);
    }

    @Test
    void nodeThatWasNeverStarted_isFoundReadyForIt() throws Exception {
        Findings before = examine();

        before.assertAllWell();
        before.assertOk("node " + OWN, "does not run");
        before.assertOk("ports", "listen: 127.0.0.1:" + ownPort + " is free");
        before.assertOk("store", "made at the first start");
    }

    @Test
    void nodeThatWasStopped_isFoundReadyToGoOn() throws Exception {
        environment.put("QKD_MESH_DATA", usedData.toString());

        Findings after = examine();

        after.assertAllWell();
        after.assertOk("store", "is whole: ", " in stored_key");
        after.assertOk("store", "a commit takes ");
    }

    private boolean isReady() throws Exception {
        HttpResponse<String> answer = get("/observe/health");
        return answer.statusCode() == 200 && !answer.body().contains("DOWN");
    }

    @Test
    void clockThatIsOff_isNamedWithWhatItDoes() throws Exception {
        clock = Clock.offset(Clock.systemUTC(), Duration.ofMinutes(10));

        Findings findings = examine();

        findings.assertFail(
                "clock",
                "this machine's clock is ",
                " min",
                "ahead of",
                NEIGHBOUR,
                "refuse adverts",
                "NTP",
                "timedatectl");
        findings.assertFail("neighbour " + NEIGHBOUR, "its advert is refused here: too old", "clock");
    }

    @Test
    void expiredCertificate_isNamed() throws Exception {
        TestCertificates late = new TestCertificates(Files.createTempDirectory(directory, "late"));
        late.make("late", OWN).uri("urn:qkd-mesh:node:" + OWN).local().expired().write();
        environment.put("QKD_MESH_TLS__CERTIFICATE", late.certificate("late").toString());
        environment.put("QKD_MESH_TLS__KEY", late.key("late").toString());

        Findings findings = examine();

        findings.assertFail("certificates", "late.crt", "has expired, on ", "Have it replaced", "certs show");
        findings.assertFail("certificates", "nobody will trust this node");
        findings.assertFail("neighbour " + NEIGHBOUR, "it refuses the certificate that is shown to it");
        findings.assertFail("KME " + OWN_KME, "it refuses the certificate that is shown to it");
    }

    @Test
    void certificateOfAnotherNode_isNamed_andTheRestIsLookedAt() throws Exception {
        environment.put(
                "QKD_MESH_TLS__CERTIFICATE", certs.resolve("tn-3-a1b3.crt").toString());
        environment.put("QKD_MESH_TLS__KEY", certs.resolve("tn-3-a1b3.key").toString());

        Findings findings = examine();

        findings.assertFail("configuration", "QKD_MESH_TLS__CERTIFICATE", "found the node tn-3-a1b3", "config check");
        findings.assertFail("certificates", "urn:qkd-mesh:node:" + OWN);
        findings.assertOk("disk", "MiB free");
    }

    @Test
    void wrongKmeCertificate_isNamed() throws Exception {
        environment.put("QKD_MESH_NEIGHBOURS__0__KMES__0__URL", url(FAR_KME));

        examine().assertFail("KME " + OWN_KME, "expected the KME " + OWN_KME, "answers the KME " + FAR_KME, "crossed");
    }

    @Test
    void kmeThatGivesFewerKeys_isNamed_andWhatItGivesIsCompared() throws Exception {
        setFault(OWN_KME, "fewer");
        try {
            Findings findings = examine();
            findings.assertWarn(
                    "KME " + OWN_KME, "gives fewer keys than asked: 25 of 50", "Have the limit at the KME raised");
            findings.assertOk("KME " + OWN_KME, "keys from here to there: 27 are the same at " + FAR_KME);
        } finally {
            setFault(OWN_KME, "none");
        }
    }

    @Test
    void keysThatDifferAtTheTwoEnds_areNamed_andAnEmptyKmeIs() throws Exception {
        setFault(FAR_KME, "wrong_key");
        try {
            Findings findings = examine();
            findings.assertFail("KME " + OWN_KME, "keys from here to there: 52 of 52 have other bytes at " + FAR_KME);
            findings.assertFail("KME " + OWN_KME, "keys from there to here: 1 of 1 have other bytes");

            setFault(FAR_KME, "none");
            setFault(OWN_KME, "empty");
            findings = examine();
            findings.assertFail("KME " + OWN_KME, "not enough keys", "quantum link");
            findings.assertOk("KME " + OWN_KME, "keys from there to here: 1 is the same");
        } finally {
            setFault(FAR_KME, "none");
            setFault(OWN_KME, "none");
        }
    }

    @Test
    void unreachableNeighbour_isNamed_andItsKmeIsLookedAt() throws Exception {
        environment.put("QKD_MESH_NEIGHBOURS__0__URL", "https://localhost:" + FreePorts.one());

        Findings findings = examine();

        findings.assertFail("neighbour " + NEIGHBOUR, "nothing listens at localhost:", "firewall", "curl -v");
        findings.assertOk("KME " + OWN_KME, "gives as many as asked: 50 at once");
        findings.assertWarn("KME " + OWN_KME, "whether both ends give the same keys cannot be seen", "no connection");
    }

    @Test
    void neighbourThatDoesNotKnowThisNode_andCrossedKmeIds_areNamed() throws Exception {
        environment.put("QKD_MESH_ID", "tn-4-a3b3");
        environment.put(
                "QKD_MESH_TLS__CERTIFICATE", certs.resolve("tn-4-a3b3.crt").toString());
        environment.put("QKD_MESH_TLS__KEY", certs.resolve("tn-4-a3b3.key").toString());
        examine().assertFail("neighbour " + NEIGHBOUR, "answers 401", "does not count tn-4-a3b3 among its neighbours");

        environment.put("QKD_MESH_ID", OWN);
        environment.put("QKD_MESH_TLS__CERTIFICATE", certs.resolve(OWN + ".crt").toString());
        environment.put("QKD_MESH_TLS__KEY", certs.resolve(OWN + ".key").toString());
        environment.put("QKD_MESH_NEIGHBOURS__0__KMES__0__PEER", "ndk-kme-x");
        examine()
                .assertFail(
                        "KME " + OWN_KME, NEIGHBOUR + " has no link to this node with the KMEs ndk-kme-x at its end");
    }

    @Test
    void epochsThatTheEndsDoNotKnow_areNamed() throws Exception {
        JsonNode said = json("{\"node\":\"" + OWN + "\",\"status\":\"UP\","
                + "\"epoch\":\"0badbeef-0000-4000-8000-000000000000\",\"links\":[]}");
        ManagementPort port = path -> Optional.of(new ManagementPort.Answer(200, said, ""));

        Findings findings =
                Findings.of(new Doctor(clock, space).ofNode(file(OWN), environment, config -> port, ROUTES));

        findings.assertWarn("neighbour " + NEIGHBOUR, "it knows another epoch", "of this node, which is in 0badbeef…");
        findings.assertWarn("neighbour " + NEIGHBOUR, "this node does not know the epoch that it is in");
    }

    @Test
    void brokenRoute_isNamedWithItsLine() throws Exception {
        Path routes = Files.createTempDirectory(directory, "routes");
        Files.writeString(routes.resolve("own.camel.yaml"), "- route:\n    id: own\n    form: {}\n");

        Findings.of(new Doctor(clock, space).ofNode(file(OWN), environment, this::management, routes))
                .assertFail("routes", "own.camel.yaml:3: ", "./qkd-mesh routes check " + routes);
    }

    @Test
    void nodeThatAcceptsButFinishesNoHandshake_isCalledBusy_notGone() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            NodeConfig config = NodeConfigReader.read(
                    file(OWN),
                    Map.of("QKD_MESH_LISTEN", "127.0.0.1:" + silent.getLocalPort()),
                    new ConfiguredCertificates());
            NodeState running = new NodeState(Optional.empty(), "", MissingNode.getInstance(), true);

            Finding finding = new PortCheck(config, file(OWN), running, Duration.ofMillis(100))
                    .run()
                    .get(0);

            assertThat(finding.level()).isEqualTo(Finding.Level.FAIL);
            assertThat(finding.text()).contains("does not finish a handshake at 127.0.0.1:" + silent.getLocalPort());
            assertThat(finding.remedy().orElseThrow()).contains("busy");
            assertThat(finding.command().orElseThrow()).startsWith("./qkd-mesh status --config ");
        }
    }

    @Test
    void portsOfOthers_areNamed() throws Exception {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            environment.put("QKD_MESH_LISTEN", "127.0.0.1:" + other.getLocalPort());
            environment.put("QKD_MESH_PEER_PORT", String.valueOf(FreePorts.one()));

            Findings findings = examine();

            findings.assertFail("ports", "listen: another program listens at port " + other.getLocalPort(), "ss -ltnp");
            findings.assertOk("ports", "peer_port: 127.0.0.1:");
        }
        environment.put("QKD_MESH_LISTEN", "192.0.2.1:9000");
        examine().assertFail("ports", "192.0.2.1 is no address of this machine");
    }

    @Test
    void wideModes_areNamedWithTheCommandThatNarrowsThem() throws Exception {
        Path data = Path.of(environment.get("QKD_MESH_DATA"));
        openAndClose(data);
        setMode(data, "rwxr-xr-x");
        Path audit = Files.createDirectory(data.resolve("audit"));
        setMode(audit, "rwxrwx---");
        setMode(data.resolve("kek"), "rw-r--r--");
        environment.put("QKD_MESH_TLS__KEY", copyOfKey().toString());

        Findings findings = examine();

        findings.assertFail("file modes", environment.get("QKD_MESH_TLS__KEY") + " has mode rw-r--r--", "chmod 600 ");
        findings.assertFail("file modes", data + " has mode rwxr-xr-x", "chmod 700 " + data);
        findings.assertFail("file modes", audit + " has mode rwxrwx---", "chmod 700 " + audit);
        findings.assertFail("file modes", "chmod 600 " + data.resolve("kek"));
        findings.assertFail("store", "lets others than its owner at", "chmod 600 ");
    }

    private Path copyOfKey() throws IOException {
        Path copy = Files.copy(
                certs.resolve(OWN + ".key"),
                Files.createTempDirectory(directory, "wide").resolve("own.key"));
        setMode(copy, "rw-r--r--");
        return copy;
    }

    @Test
    void storeThatDoesNotOpen_isNamed() throws Exception {
        Path data = Path.of(environment.get("QKD_MESH_DATA"));
        try (SqliteStore store = SqliteStore.open(data, NodeClock.system(), EventLog.silent())) {
            assertThat(store.age()).isNotNegative();
            examine().assertFail("store", "in use by another process", "fuser -v ");
        }
        SqliteStore.open(data, new NodeId("tn-9"), NodeClock.system(), EventLog.silent())
                .close();
        examine().assertFail("store", "is the store of node tn-9", "Name the data directory of " + OWN);
        Files.write(data.resolve("kek"), new byte[32]);
        examine().assertFail("store", "is not the key of ", "back-up.md");
        Files.delete(data.resolve("kek"));
        examine().assertFail("store", "missing");
        Files.write(data.resolve("store.db"), "this is no database, however long it may be".getBytes());
        examine().assertFail("store", "is not a key store");
    }

    @Test
    void nearlyFullDisk_isWarnedOf_andAFullOneNamed() throws Exception {
        space = path -> 400L << 20;
        examine().assertWarn("disk", "400 MiB free", "Make room", "df -h ");
        space = path -> 3L << 20;
        examine().assertFail("disk", "the disk is full: 3 MiB free", "no key can be stored", "df -h ");
    }

    /** On a disk that is really full, where this user may mount one. */
    @Test
    void reallyFullDisk_isNamed_andTheStoreOnItAsWell() throws Exception {
        Path disk = Files.createTempDirectory(directory, "disk");
        Optional<SmallDisk> mounted = SmallDisk.at(disk, "2m");
        assumeTrue(mounted.isPresent(), "may not mount here");
        try (SmallDisk small = mounted.get()) {
            Path data = disk.resolve("own");
            environment.put("QKD_MESH_DATA", data.toString());
            openAndClose(data);
            small.fill();

            Findings findings = examine();

            findings.assertFail("disk", "the disk is full: 0 MiB free", "df -h ");
            findings.assertFail("store", "the disk is full", "Make room");
        }
    }

    private static void openAndClose(Path data) {
        SqliteStore.open(data, NodeClock.system(), EventLog.silent()).close();
    }

    private static void setMode(Path file, String mode) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    }

    private NodeConfig config() throws Exception {
        return NodeConfigReader.read(file(OWN), environment, new ConfiguredCertificates());
    }

    private Findings examine() throws Exception {
        return Findings.of(new Doctor(clock, space).ofNode(file(OWN), environment, this::management, ROUTES));
    }

    private ManagementPort management(NodeConfig config) {
        return path -> {
            try {
                HttpResponse<String> answer = get(path);
                return Optional.of(new ManagementPort.Answer(answer.statusCode(), json(answer.body()), answer.body()));
            } catch (IOException e) {
                return Optional.empty();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        };
    }

    private static JsonNode json(String text) {
        try {
            return new ObjectMapper().readTree(text);
        } catch (JsonProcessingException e) {
            return MissingNode.getInstance();
        }
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://" + environment.get("QKD_MESH_MANAGEMENT") + path))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
    }

    private static void setFault(String kme, String fault) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + kmes.managementPort() + "/simulator/faults"))
                .header("Authorization", "Bearer " + Files.readString(directory.resolve("kme-sim/admin.token")))
                .POST(HttpRequest.BodyPublishers.ofString("{\"kme\":\"" + kme + "\",\"fault\":\"" + fault + "\"}"))
                .build();
        assertThat(HttpClient.newHttpClient()
                        .send(request, HttpResponse.BodyHandlers.ofString())
                        .statusCode())
                .isEqualTo(200);
    }
}
