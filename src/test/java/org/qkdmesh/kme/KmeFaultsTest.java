package org.qkdmesh.kme;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.UncheckedIOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.qkdmesh.config.BindAddress;
import org.qkdmesh.config.KeySettings;
import org.qkdmesh.config.SimulatorConfig;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.KmeId;
import org.qkdmesh.model.KmePair;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.simulator.SimulatorProcess;
import org.qkdmesh.testing.ManualClock;
import org.qkdmesh.testing.TestCertificates;
import org.qkdmesh.transport.TestClient;

/**
 * A link of two KME pairs, simulated and called over TLS, one of which has a fault: the link lives on the other, says what
 * is wrong with which KME, and uses both again as soon as the fault is gone.
 */
class KmeFaultsTest {

    private static final KeySettings KEYS = new KeySettings(64, 1024, 256, 40, 100_000);

    @TempDir
    static Path folder;

    private static TestCertificates certificates;
    private static SimulatorProcess simulator;
    private static final Map<String, TestClient> CLIENTS = new HashMap<>();

    private final ManualClock clock = new ManualClock();
    private final List<String> told = new ArrayList<>();

    @BeforeAll
    static void start() throws Exception {
        certificates = new TestCertificates(folder);
        for (int end = 0; end < 2; end++) {
            CLIENTS.put("tn-" + end, TestClient.tls(certificates.node("tn-" + end), certificates.authorities()));
        }
        simulator = SimulatorProcess.run(
                new SimulatorConfig(
                        BindAddress.parse("127.0.0.1:0"),
                        folder.resolve("data"),
                        certificates.ca(),
                        KEYS,
                        List.of(quantumLink("good"), quantumLink("odd"))),
                Path.of("routes/simulator"),
                EventLog.silent());
    }

    @AfterAll
    static void stop() {
        simulator.close();
    }

    private static SimulatorConfig.Pair quantumLink(String name) {
        return new SimulatorConfig.Pair(1_000_000_000, 100_000_000, kme(name, 0), kme(name, 1));
    }

    private static SimulatorConfig.Kme kme(String name, int end) {
        String id = name + "-" + end;
        certificates.kme(id);
        return new SimulatorConfig.Kme(
                new KmeId(id),
                BindAddress.parse("127.0.0.1:0"),
                certificates.certificate(id),
                certificates.key(id),
                new SaeId("tn-" + end));
    }

    /** One node's end of the link. */
    private final class End {

        final String self;
        final LinkKeys link;
        final List<FetchLinkKeys> fetchers = new ArrayList<>();
        final Map<KmePair, ClaimLinkKeys> claimers = new HashMap<>();

        End(int end) {
            self = "tn-" + end;
            EventLog events = new Teller();
            List<KmePair> pairs = List.of(pair("good", end), pair("odd", end));
            LinkKeyLimits limits = new LinkKeyLimits(1 << 13, 1 << 13, Duration.ofMinutes(10));
            link = new LinkKeys(
                    new NodeId("tn-" + (1 - end)), UUID.randomUUID(), pairs, limits, clock, events, () -> {});
            for (KmePair pair : pairs) {
                KmeClient kme = new Etsi014Kme(
                        new SaeId("tn-" + (1 - end)), (method, target, body) -> call(pair.own(), method, target, body));
                fetchers.add(new FetchLinkKeys(link, pair, kme, clock, events));
                claimers.put(pair, new ClaimLinkKeys(link, pair, kme, events));
            }
        }

        private KmeCall.Answer call(KmeId kme, String method, String target, byte[] body) {
            try {
                HttpResponse<String> answer = CLIENTS.get(self)
                        .send(TestClient.request("https://localhost:" + simulator.port(kme) + target)
                                .method(
                                        method,
                                        body.length == 0 ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body)));
                return new KmeCall.Answer(answer.statusCode(), answer.body().getBytes(StandardCharsets.UTF_8));
            } catch (UncheckedIOException e) {
                throw new KmeFailure(KmeFailure.Kind.UNAVAILABLE, "no answer (" + e.getMessage() + ")");
            }
        }

        /** Fetches from all KMEs that may be asked now, and has the other end confirm. */
        void fill(End other) {
            for (FetchLinkKeys fetcher : fetchers) {
                for (LinkKeyAnnouncement announcement : fetcher.fetch()) {
                    LinkKeys.Claim.Wanted plan = (LinkKeys.Claim.Wanted) other.link.announced(announcement);
                    ClaimLinkKeys claimer =
                            other.claimers.get(announcement.pair().seenFromFarEnd());
                    link.answered(announcement, claimer.claim(announcement, plan));
                }
            }
        }

        /** Sends all that there is; messages that the other end can not read are treated as a wrong tag is. */
        void sendAll(End other) {
            while (link.take(64).map(taken -> send(taken, other)).isPresent()) {}
        }

        private boolean send(LinkBytes taken, End other) {
            List<org.qkdmesh.model.KeyId> ids = taken.ranges().stream()
                    .map(org.qkdmesh.model.KeyRange::keyId)
                    .distinct()
                    .toList();
            Redemption redeemed = other.link.redeem(taken.ranges());
            if (!(redeemed instanceof Redemption.Bytes bytes) || !bytes.bytes().equals(taken.bytes())) {
                told.add("differ " + other.link.discard(ids));
                link.differed(ids);
            }
            return true;
        }

        LinkState.Pair state(String name) {
            return link.state().pairs().stream()
                    .filter(pair -> pair.kmes().own().text().startsWith(name))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static KmePair pair(String name, int end) {
        return new KmePair(new KmeId(name + "-" + end), new KmeId(name + "-" + (1 - end)));
    }

    private final class Teller implements EventLog {

        @Override
        public void refused(String door, String reason) {}

        @Override
        public void alarm(String kind, String detail) {
            told.add(kind + " " + detail);
        }

        @Override
        public void noted(String kind, String detail) {
            told.add(kind + " " + detail);
        }
    }

    /** @param said what an operator is told; it names the KME or the pair, and the rule */
    @ParameterizedTest(name = "{0} at {1}")
    @CsvSource(delimiter = '|', textBlock = """
            empty       | 0 | kme-failed odd-0: enc_keys: answered 503
            error       | 0 | kme-failed odd-0: status: answered 418
            text        | 0 | kme-failed odd-0: status:
            detail      | 0 | kme-failed odd-0: status: answered 418, simulated error
            down        | 0 | kme-failed odd-0: no answer
            wrong_size  | 0 | kme-failed odd-0: enc_keys: a key is not of the
            fewer       | 0 | kme-rule odd-0: enc_keys: gave
            repeat      | 0 | repeated-link-key odd-0
            limit       | 0 | odd-0: enc_keys: gives
            limit       | 1 | odd-1: dec_keys:
            wrong_key   | 0 | differ [odd-1 ~ odd-0]
            wrong_key   | 1 | differ [odd-1 ~ odd-0]
            forget      | 1 | unconfirmed-link-key tn-1 did not confirm
            text        | 1 | kme-failed odd-1: status:
            """)
    void oddKme_isNamedWithWhatItDoes_whileTheOtherPairServes_andIsUsedAgainOnceItIsWell(
            String fault, int end, String said) throws Exception {
        End sender = new End(0);
        End receiver = new End(1);
        sender.link.learnNeighbourEpoch(receiver.link.ownEpoch());
        receiver.link.learnNeighbourEpoch(sender.link.ownEpoch());

        set("odd-" + end, fault);
        for (int round = 0; round < 14; round++) {
            pass(sender, receiver);
        }

        assertThat(told).anySatisfy(line -> assertThat(line).contains(said));
        long fromGood = (long) sender.state("good").ours().refillBitsPerSecond();
        assertThat(fromGood).as("what the other pair gave").isPositive();

        set("odd-" + end, "none");
        for (int round = 0; round < 60 && !isWell(sender); round++) {
            pass(sender, receiver);
        }
        assertThat(isWell(sender)).isTrue();
        told.clear();
        pass(sender, receiver);
        assertThat(told).isEmpty();
    }

    private static boolean isWell(End sender) {
        LinkState.Pair odd = sender.state("odd");
        return odd.trouble().isEmpty() && odd.ours().refillBitsPerSecond() > 0;
    }

    private void pass(End sender, End receiver) {
        clock.advance(Duration.ofMillis(1_000));
        sender.fill(receiver);
        sender.sendAll(receiver);
        sender.link.expire();
        receiver.link.expire();
    }

    private static void set(String kme, String fault) throws Exception {
        String token = Files.readString(folder.resolve("data/admin.token")).strip();
        int status = fault.equals("limit") ? kme.endsWith("0") ? 400 : 500 : 418;
        HttpResponse<String> answer = TestClient.plain()
                .send(TestClient.request("http://127.0.0.1:" + simulator.managementPort() + "/simulator/faults")
                        .header("Authorization", "Bearer " + token)
                        .POST(BodyPublishers.ofString(
                                "{\"kme\":\"" + kme + "\",\"fault\":\"" + fault + "\",\"status\":" + status + "}")));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    }
}
