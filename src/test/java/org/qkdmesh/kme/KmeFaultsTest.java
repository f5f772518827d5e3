package org.qkdmesh.kme;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.qkdmesh.config.BindAddress;
import org.qkdmesh.config.KeySettings;
import org.qkdmesh.config.SimulatorConfig;
import org.qkdmesh.identity.TlsCredentials;
import org.qkdmesh.model.Combine;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.KmeId;
import org.qkdmesh.model.KmePair;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.simulator.KmeFault;
import org.qkdmesh.simulator.SimulatorProcess;
import org.qkdmesh.testing.ManualClock;
import org.qkdmesh.testing.TestCertificates;
import org.qkdmesh.transport.HttpClientSetup;
import org.qkdmesh.transport.PeerTls;
import org.qkdmesh.transport.RawServer;
import org.qkdmesh.transport.TestClient;

/**
 * A link of two KME pairs, simulated and called over TLS, one of which has a fault: the link lives on the other, says what
 * is wrong with which KME, and uses both again as soon as the fault is gone.
 */
class KmeFaultsTest {

    private static final List<String> TLS = List.of("TLSv1.2", "TLSv1.3");

    private static final KeySettings KEYS = new KeySettings(64, 1024, 256, 40, 100_000);

    @TempDir
    static Path folder;

    private static TestCertificates certificates;
    private static SimulatorProcess simulator;
    private static CamelContext context;
    private static ProducerTemplate calls;

    /** Where a KME is that is not at its place in the simulator. */
    private final Map<KmeId, Integer> portsInstead = new HashMap<>();

    private final ManualClock clock = new ManualClock();
    private final List<String> told = new ArrayList<>();

    @BeforeAll
    static void start() throws Exception {
        certificates = new TestCertificates(folder);
        context = new DefaultCamelContext();
        HttpClientSetup.install(context);
        simulator = SimulatorProcess.run(
                new SimulatorConfig(
                        BindAddress.parse("127.0.0.1:0"),
                        folder.resolve("data"),
                        certificates.ca(),
                        KEYS,
                        List.of(quantumLink("good"), quantumLink("odd"))),
                Path.of("routes/simulator"),
                EventLog.silent());
        for (int end = 0; end < 2; end++) {
            TlsCredentials node = certificates.node("tn-" + end);
            for (String kme : List.of("good-" + end, "odd-" + end)) {
                PeerTls tls = PeerTls.kme(node, certificates.authorities(), new KmeId(kme));
                context.getRegistry().bind("tls-" + kme, tls);
            }
        }
        context.start();
        calls = context.createProducerTemplate();
    }

    @AfterAll
    static void stop() {
        context.stop();
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
                    new NodeId("tn-" + (1 - end)),
                    UUID.randomUUID(),
                    pairs,
                    Combine.ANY,
                    limits,
                    clock,
                    events,
                    () -> {});
            for (KmePair pair : pairs) {
                KmeClient kme = new Etsi014Kme(
                        new SaeId("tn-" + (1 - end)),
                        (method, target, body) -> call(pair.own(), method, target, body),
                        rule -> events.noted("kme-rule", pair.own() + ": " + rule));
                fetchers.add(new FetchLinkKeys(link, pair, kme, clock, events));
                claimers.put(pair, new ClaimLinkKeys(link, pair, kme, events));
            }
        }

        private KmeCall.Answer call(KmeId kme, String method, String target, byte[] body) {
            int port = portsInstead.getOrDefault(kme, simulator.port(kme));
            String tls = "#tls-" + kme;
            String options =
                    "?sslContextParameters=" + tls + "&x509HostnameVerifier=" + tls + "&throwExceptionOnFailure=false";
            int query = target.indexOf('?');
            String path = query < 0 ? target : target.substring(0, query);
            Exchange answer = calls.request("https://localhost:" + port + options, exchange -> {
                Message message = exchange.getMessage();
                message.setHeader(Exchange.HTTP_METHOD, method);
                message.setHeader(Exchange.HTTP_PATH, path);
                message.setHeader(Exchange.HTTP_QUERY, query < 0 ? null : target.substring(query + 1));
                message.setHeader(HttpClientSetup.CALL_MILLIS, portsInstead.containsKey(kme) ? 150 : 5_000);
                message.setBody(body.length == 0 ? null : body);
            });
            if (answer.getException() != null) {
                throw new KmeFailure(
                        KmeFailure.Kind.UNAVAILABLE,
                        "no answer (" + answer.getException().getMessage() + ")");
            }
            return new KmeCall.Answer(
                    answer.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE, Integer.class),
                    answer.getMessage().getBody(byte[].class));
        }

        /** Fetches from all KMEs that may be asked now, and has the other end confirm. */
        void fill(End other) {
            for (FetchLinkKeys fetcher : fetchers) {
                for (LinkKeyAnnouncement announcement : fetcher.fetch()) {
                    Claim.Wanted plan = (Claim.Wanted) other.link.incoming().announced(announcement);
                    ClaimLinkKeys claimer =
                            other.claimers.get(announcement.pair().seenFromFarEnd());
                    link.outgoing().answered(announcement, claimer.claim(announcement, plan));
                }
            }
        }

        /** Sends all that there is; messages that the other end can not read are treated as a wrong tag is. */
        void sendAll(End other) {
            while (link.outgoing().take(64).map(taken -> send(taken, other)).isPresent()) {}
        }

        private boolean send(LinkBytes taken, End other) {
            List<org.qkdmesh.model.KeyId> ids = taken.ranges().stream()
                    .map(org.qkdmesh.model.KeyRange::keyId)
                    .distinct()
                    .toList();
            Redemption redeemed = other.link.incoming().redeem(taken.ranges());
            if (!(redeemed instanceof Redemption.Bytes bytes) || !bytes.bytes().equals(taken.bytes())) {
                told.add("differ " + other.link.incoming().discard(ids));
                link.outgoing().differed(ids);
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
            late        | 1 | unconfirmed-link-key tn-1 did not confirm
            down        | 1 | kme-failed odd-1: no answer
            get_only    | 0 | kme-rule odd-0: enc_keys: is to be had by GET and by POST, but POST was answered 405
            get_only    | 1 | kme-rule odd-1: dec_keys: is to be had by GET and by POST, but POST was answered 405
            """)
    void oddKme_isNamedWithWhatItDoes_whileTheOtherPairServes_andIsUsedAgainOnceItIsWell(
            String fault, int end, String said) throws Exception {
        outlives(() -> set("odd-" + end, fault), said, () -> set("odd-" + end, "none"));
    }

    /** @param said what an operator is told; a KME whose answers are never complete is as good as none */
    @ParameterizedTest(name = "{0} at {1}")
    @CsvSource({"HANGING, 0", "HANGING, 1", "DRIPPING, 0", "RESETTING, 0", "REFUSING, 0", "REFUSING, 1"})
    void kmeWhoseConnectionsAreBad_isNamed_whileTheOtherPairServes_andIsUsedAgainOnceItIsWell(Wire wire, int end)
            throws Exception {
        KmeId kme = new KmeId("odd-" + end);
        try (RawServer bad = wire.before(certificates.kme(kme.text()))) {
            outlives(
                    () -> portsInstead.put(kme, bad.port()),
                    "kme-failed " + kme + ": no answer",
                    () -> portsInstead.remove(kme));
            if (wire == Wire.REFUSING) {
                assertThat(bad.requests).isEmpty();
            }
        }
    }

    @Test
    void kmeThatTakesGetOnlyOrPostOnly_losesNoKey() throws Exception {
        End sender = new End(0);
        End receiver = new End(1);
        meet(sender, receiver);
        told.clear();
        for (String fault : List.of("get_only", "post_only", "get_only", "none")) {
            set("odd-0", fault);
            set("odd-1", fault);
            for (int round = 0; round < 3; round++) {
                pass(sender, receiver);
            }
        }
        assertThat(told).allSatisfy(line -> assertThat(line).startsWith("kme-rule "));
        assertThat(isWell(sender)).isTrue();
    }

    private enum Wire {
        HANGING,
        DRIPPING,
        RESETTING,
        REFUSING;

        RawServer before(TlsCredentials kme) throws IOException {
            return switch (this) {
                case HANGING ->
                    RawServer.tls(certificates, kme, TLS, conversation -> {
                        conversation.request();
                        conversation.request();
                    });
                case DRIPPING ->
                    RawServer.tls(certificates, kme, TLS, conversation -> {
                        conversation.request();
                        conversation.drip("HTTP/1.1 200 OK\r\nX: ");
                    });
                case RESETTING -> RawServer.tls(certificates, kme, TLS, RawServer.Conversation::request);
                case REFUSING ->
                    RawServer.tls(
                            new TestCertificates(folder.resolve("foreign")), kme, TLS, RawServer.Conversation::request);
            };
        }
    }

    private interface Step {
        void run() throws Exception;
    }

    private static void meet(End sender, End receiver) {
        sender.link.learnNeighbourEpoch(receiver.link.ownEpoch());
        receiver.link.learnNeighbourEpoch(sender.link.ownEpoch());
    }

    private void outlives(Step ill, String said, Step well) throws Exception {
        End sender = new End(0);
        End receiver = new End(1);
        meet(sender, receiver);

        ill.run();
        for (int round = 0; round < 14; round++) {
            pass(sender, receiver);
        }

        assertThat(told).anySatisfy(line -> assertThat(line).contains(said));
        long fromGood = (long) sender.state("good").ours().refillBitsPerSecond();
        assertThat(fromGood).as("what the other pair gave").isPositive();

        well.run();
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

    /** A KME that knows keys late does so by its own clock, which must not be overtaken by the rounds of a slow machine. */
    private static void set(String kme, String fault) throws Exception {
        String token = Files.readString(folder.resolve("data/admin.token")).strip();
        int status = fault.equals("limit") ? kme.endsWith("0") ? 400 : 500 : 418;
        HttpResponse<String> answer = TestClient.plain()
                .send(TestClient.request("http://127.0.0.1:" + simulator.managementPort() + "/simulator/faults")
                        .header("Authorization", "Bearer " + token)
                        .POST(BodyPublishers.ofString("{\"kme\":\"" + kme + "\",\"fault\":\"" + fault + "\",\"status\":"
                                + status + ",\"millis\":" + KmeFault.MAX_MILLIS + "}")));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    }
}
