package org.qkdmesh.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.qkdmesh.identity.JwsSigner;
import org.qkdmesh.model.NodeClock;
import org.qkdmesh.relay.HopMessage;
import org.qkdmesh.transport.TestClient;

/**
 * A neighbour with a valid certificate that lies, and what real nodes make of it: a clear refusal, a counter, an alarm with
 * its name that the audit log has as well; and the others are served.
 *
 * <p>tn-1 and tn-4 have two ways to each other: over tn-2, which lies, and a longer one, over tn-3 and tn-5, which do not.
 */
class LyingNodesTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String LIAR = "tn-2";
    private static final int AT_ONCE = 64;
    private static final String EXT_KEYS = "/kmapi/v1/ext_keys";
    private static final String ADVERTS = "/mesh/v1/adverts";
    private static final String NOTICES = "/mesh/v1/notices";
    private static final String LINK_KEYS = "/mesh/v1/link-keys";
    private static final String NO_ADVERTS = "{\"adverts\":[],\"known\":{}}";

    @TempDir
    static Path folder;

    private static ExampleNetwork network;
    private static TestClient liar;
    private static JwsSigner liarsKey;
    private static final AtomicLong ahead = new AtomicLong();

    @BeforeAll
    static void start() throws Exception {
        network = new ExampleNetwork(
                folder,
                new ExampleNetwork.Link(1, 2),
                new ExampleNetwork.Link(2, 4),
                new ExampleNetwork.Link(1, 3),
                new ExampleNetwork.Link(3, 5),
                new ExampleNetwork.Link(4, 5));
        network.withClock(1, new ClockAhead()).withClock(4, new ClockAhead());
        network.startKmes();
        network.startNode(1);
        network.startNode(2, Liar.routes(Path.of("routes"), folder.resolve("lying-routes")));
        network.startNode(3);
        network.startNode(4);
        network.startNode(5);
        liar = TestClient.tls(network.credentials(LIAR), network.certificates().authorities());
        liarsKey = new JwsSigner(network.credentials(LIAR));
        network.awaitKeys(1, 3);
        network.awaitKeys(3, 1);
        network.awaitKeys(4, 1);
        network.awaitKeys(1, 4);
    }

    /** Messages from sae-4 to sae-1 that the liar made for tn-1 and did not send; the keys come the other way. */
    private static List<Liar.Kept> keptMessages() throws Exception {
        int number = Change.values().length + 2;
        ExecutorService atOnce = Executors.newFixedThreadPool(number);
        try {
            // Once the first is missed, others go another way: perhaps before all have come to the liar.
            while (Liar.KEPT.size() < number) {
                awaitWayOverTheLiar(4, 1);
                Liar.tell(Liar.Lie.KEEP);
                List<CompletableFuture<String>> keys = IntStream.range(0, number)
                        .mapToObj(i -> CompletableFuture.supplyAsync(() -> give(4, 1), atOnce))
                        .toList();
                for (CompletableFuture<String> key : keys) {
                    fetch(4, 1, key.get());
                }
                Liar.tell(Liar.Lie.NONE);
            }
        } finally {
            atOnce.shutdown();
        }
        return Liar.KEPT;
    }

    @AfterAll
    static void stop() {
        network.close();
    }

    @AfterEach
    void othersAreServed() throws Exception {
        Liar.tell(Liar.Lie.NONE);
        fetch(1, 3, give(1, 3));
        fetch(4, 1, give(4, 1));
    }

    // Too much of everything.

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void floods_areRefusedAfterAFew_andWhoSendsThemIsNamed(
            String what, int node, String door, String reason, String path, Supplier<String> body) throws Exception {
        double enough = refusals(node, door, reason) + 95;
        List<Integer> statuses = new ArrayList<>();
        do {
            statuses.addAll(atOnce(() -> tell(node, path, body.get())));
        } while (refusals(node, door, reason) < enough && statuses.size() < 20_000);
        assertThat(refusals(node, door, reason)).isGreaterThanOrEqualTo(enough);
        assertThat(statuses).contains(200).isSubsetOf(200, 503);
        awaitAlarm(node, "node-misbehaves", LIAR + " at " + door + ": " + reason.replace('_', ' '));
    }

    static Stream<Arguments> floods_areRefusedAfterAFew_andWhoSendsThemIsNamed() throws IOException {
        String ofTn1 = epochs(1);
        String ofTn4 = epochs(4);
        return Stream.of(
                flood("exchanges without end", 1, "receive-adverts", "too_often", ADVERTS, () -> NO_ADVERTS),
                flood(
                        "a million ids that the KME does not know, which are not asked for one by one",
                        1,
                        "claim-link-keys",
                        "unknown_ids",
                        LINK_KEYS,
                        () -> announcement(ofTn1, 1024)),
                flood(
                        "grant requests without end, which get half and then nothing",
                        4,
                        "grant-link-keys",
                        "too_often",
                        LINK_KEYS + "/grant",
                        () -> grantRequest(ofTn4)));
    }

    private static Arguments flood(
            String what, int node, String door, String reason, String path, Supplier<String> body) {
        return arguments(what, node, door, reason, path, body);
    }

    @Test
    void messagesThatAreNone_areReadOnlyUntilItIsPlain() throws Exception {
        List<Integer> statuses = new ArrayList<>();
        do {
            statuses.addAll(atOnce(() -> tell(4, EXT_KEYS, "{\"keys\":")));
        } while (!statuses.contains(503) && statuses.size() < 4_000);
        assertThat(statuses).startsWith(400, 400, 400).contains(503).containsOnly(400, 503);
        assertThat(refusals(4, "ext-keys", "invalid")).isGreaterThanOrEqualTo(50);
        awaitAlarm(4, "node-misbehaves", LIAR + " at ext-keys: invalid");
        assertIsReadNoFasterThanItMayBeRefused(() -> tell(4, EXT_KEYS, "{\"keys\":"));
    }

    /**
     * Each in the name of another node, none of which there is, so that each could have another sender; with link keys that
     * were used up by the first.
     */
    @Test
    void messagesInNamesThatTheLiarInvents_areReadOnlyUntilItIsPlain_andItIsNamed() throws Exception {
        Liar.Kept message = keptMessages().get(Change.values().length + 1);
        AtomicLong names = new AtomicLong();
        List<HttpResponse<String>> answers = new ArrayList<>();
        do {
            answers.add(relay(1, inTheNameOf("tn-x" + names.incrementAndGet(), renamed(message))));
        } while (!isUnread(answers.get(answers.size() - 1)) && answers.size() < 2_000);
        assertThat(answers).hasSizeGreaterThan(40).hasSizeLessThan(2_000);
        assertThat(reason(answers.get(0))).isEqualTo("invalid");
        awaitAlarm(1, "node-misbehaves", LIAR + " with messages of nodes that are not heard of at ext-keys: invalid");
        awaitAlarm(1, "node-misbehaves", LIAR + " at ext-keys: invalid");
        assertThat(network.audited(1, "\"node-misbehaves\"")).noneMatch(line -> line.contains("tn-x"));
    }

    private static Liar.Kept inTheNameOf(String ingress, Liar.Kept message) {
        return new Liar.Kept(message.body().replace("[\"tn-4\",", "[\"" + ingress + "\","), message.tag());
    }

    private static boolean isUnread(HttpResponse<String> answer) {
        return answer.body().contains("too many requests of this node were refused a moment ago");
    }

    /** By one who is not listened to. */
    private static void assertIsReadNoFasterThanItMayBeRefused(Supplier<HttpResponse<String>> request)
            throws Exception {
        int unread = 0;
        long began = System.nanoTime();
        while (unread < 600) {
            unread += Collections.frequency(atOnce(request), 503);
        }
        double seconds = (System.nanoTime() - began) / 1e9;
        // A second's worth at first, what was under way then, and what it deserves since.
        assertThat(unread).isLessThan((int) (100 + 2 * AT_ONCE + 100 * (seconds + 1)));
    }

    // Adverts.

    @Test
    void forgedAdverts_areReadOnlyUntilItIsPlain() throws Exception {
        double before = refusals(1, "receive-adverts", "unsigned");
        String many = IntStream.range(0, 400)
                .mapToObj(i -> timed(advert(100 + i, 1, List.of(), List.of()).replaceAll("\\.[^.]*$", ".")
                        + Base64.getUrlEncoder()
                                .encodeToString(("signature " + i).getBytes(StandardCharsets.US_ASCII))))
                .collect(Collectors.joining(","));
        exchange(1, "{\"adverts\":[" + many + "],\"known\":{}}");
        assertThat(refusals(1, "receive-adverts", "unsigned") - before).isEqualTo(8);
        awaitAlarm(1, "node-misbehaves", LIAR + " at receive-adverts: unsigned");
    }

    @Test
    void advertOfAnotherNode_thatTheLiarSigned_isNone() throws Exception {
        long known = known(1, "tn-3");
        exchange(1, "{\"adverts\":[" + timed(advert(3, known + 100, List.of(), List.of("sae-1"))) + "],\"known\":{}}");
        assertThat(known(1, "tn-3")).isLessThan(known + 100);
        awaitAlarm(1, "node-misbehaves", LIAR + " at receive-adverts: foreign");
    }

    @Test
    void advertsThatAreSentAgain_changeNothing_andTooManyAreToldOf() throws Exception {
        double before = refusals(4, "receive-adverts", "stale");
        String old = "{\"adverts\":[" + timed(advert(2, 1, List.of(), List.of("sae-1"))) + "],\"known\":{}}";
        for (int i = 1; i <= 100; i++) {
            exchange(4, old);
            if (i % 40 == 0) {
                // After which it listens to as many more.
                ahead.addAndGet(4_000);
            }
        }
        assertThat(refusals(4, "receive-adverts", "stale") - before).isGreaterThan(80);
        assertThat(known(4, LIAR)).isGreaterThan(1);
        awaitAlarm(4, "node-misbehaves", LIAR + " at receive-adverts: stale");
    }

    @Test
    void oldAdvertsOfAnotherNode_harmWhoHandsThemOver_andNotTheirNode() throws Exception {
        String old = StreamSupport.stream(
                        exchange(1, NO_ADVERTS).path("adverts").spliterator(), false)
                .map(advert -> advert.path("jws").asText())
                .filter(LyingNodesTest::isOfTn3)
                .findFirst()
                .orElseThrow();
        long known = known(1, "tn-3");
        await().atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofSeconds(1))
                .until(() -> known(1, "tn-3") > known);

        for (String one : List.of(timed(old), timed(old).replace("100000", "0"))) {
            exchange(1, "{\"adverts\":[" + String.join(",", Collections.nCopies(200, one)) + "],\"known\":{}}");
        }

        awaitAlarm(1, "node-misbehaves", LIAR + " at receive-adverts: stale");
        awaitAlarm(1, "node-misbehaves", LIAR + " at receive-adverts: too old");
        assertThat(network.audited(1, "tn-3 at receive-adverts")).isEmpty();
        assertThat(TestClient.tls(
                                network.credentials("tn-3"),
                                network.certificates().authorities())
                        .post(network.url("tn-1") + ADVERTS, bytes(NO_ADVERTS))
                        .statusCode())
                .isEqualTo(200);
        fetch(1, 3, give(1, 3));
    }

    private static boolean isOfTn3(String jws) {
        byte[] payload = Base64.getUrlDecoder().decode(jws.split("\\.")[1]);
        return new String(payload, StandardCharsets.UTF_8).contains("\"node\":\"tn-3\"");
    }

    @Test
    void claimsToSaesOfOthers_areRefused_inOneAlarm_andTheKeysGoWhereTheyBelong() throws Exception {
        advertiseUntil(
                3, "sae-claim-refused", LIAR + " claims sae-3", links("tn-1", "tn-4"), List.of("sae-3", "sae-4"));
        awaitAlarm(1, "sae-claim-refused", LIAR + " claims sae-3, but it belongs to tn-3; and 1 more like it");
        awaitAlarm(3, "sae-claim-refused", LIAR + " claims sae-3, but it belongs to tn-3 by configuration");
    }

    /** With as much stock as can be said, so that all keys would go over them. */
    @Test
    void linksThatAreNotThere_leadNowhere_andTheOtherEndSaysSo() throws Exception {
        advertiseUntil(
                3,
                "node-misbehaves",
                LIAR + " at receive-adverts: unknown link",
                links("tn-1", "tn-4", "tn-3", "tn-99"),
                List.of("sae-2"));
        assertThat(firstWay(1, 3)).isEqualTo("[\"tn-1\",\"tn-3\"]");
        // As short as the way that there is, and with more keys than that.
        String lie = advert(2, known(4, LIAR) + 1, links("tn-1", "tn-4", "tn-3", "tn-99"), List.of("sae-2"));
        exchange(4, "{\"adverts\":[" + timed(lie) + "],\"known\":{}}");
        assertThat(firstWay(4, 3)).isEqualTo("[\"tn-4\",\"tn-5\",\"tn-3\"]");
    }

    @Test
    void sequencesOfTheFarFuture_needAProof() throws Exception {
        exchange(1, "{\"adverts\":[],\"known\":{\"tn-1\":9007199254740991,\"tn-3\":9007199254740991}}");
        awaitAlarm(1, "node-misbehaves", LIAR + " at receive-adverts: unproven sequence");
        assertThat(network.audited(1, "restored-copy")).isEmpty();
    }

    // Relay.

    /** Each has a relay id of its own, so that it is looked at anew. */
    @ParameterizedTest
    @EnumSource
    void messageThatIsChanged_isRefused(Change change) throws Exception {
        Liar.Kept one = keptMessages().get(change.ordinal());
        Liar.Kept other = keptMessages().get(change.ordinal() + 1);
        double before = refusals(change);
        HttpResponse<String> answer = relay(1, change.of(renamed(one), other));
        assertThat(answer.statusCode()).as(answer.body()).isIn(400, 401, 503);
        assertThat(reason(answer)).isIn(change.reasons);
        assertThat(refusals(change)).isGreaterThan(before);
        awaitAlarm(1, change.alarm, line -> change.text.matcher(line).find());
    }

    private static double refusals(Change change) {
        return change.reasons.stream()
                .mapToDouble(reason -> refusals(1, "ext-keys", reason))
                .sum();
    }

    enum Change {
        TAG("tag-mismatch", LIAR, "tag_mismatch", "unknown_link_key"),
        KEY("tag-mismatch", LIAR, "tag_mismatch", "unknown_link_key"),
        IDS("tag-mismatch", LIAR, "tag_mismatch", "unknown_link_key"),
        SWAPPED_KEYS("tag-mismatch", LIAR, "tag_mismatch", "unknown_link_key"),
        PATH("node-misbehaves", LIAR + " at ext-keys: unauthorized", "unauthorized"),
        INITIATOR("node-misbehaves", LIAR + "( with a message of tn-4)? at ext-keys: invalid", "invalid"),
        TARGET("node-misbehaves", LIAR + "( with a message of tn-4)? at ext-keys: target not here", "target_not_here");

        private static final Pattern VALUE = Pattern.compile("\"value\":\"([^\"]+)\"");
        private static final Pattern KEY_ID = Pattern.compile("\"keys\":\\[\\{\"key_id\":\"([^\"]+)\"");

        private final String alarm;
        private final Pattern text;

        /**
         * Where link keys of the message were thrown away with another, its tag is not looked at, and what else is wrong is
         * the liar's doing alone.
         */
        private final List<String> reasons;

        Change(String alarm, String text, String... reasons) {
            this.alarm = alarm;
            this.text = Pattern.compile(text);
            this.reasons = List.of(reasons);
        }

        Liar.Kept of(Liar.Kept message, Liar.Kept other) {
            String body = message.body();
            return switch (this) {
                case TAG -> new Liar.Kept(body, other.tag());
                case KEY -> new Liar.Kept(body.replace(key(body), flipped(key(body))), message.tag());
                case IDS ->
                    new Liar.Kept(
                            body.replace(group(KEY_ID, body), UUID.randomUUID().toString()), message.tag());
                case SWAPPED_KEYS -> new Liar.Kept(body.replace(key(body), key(other.body())), message.tag());
                case PATH ->
                    new Liar.Kept(
                            body.replace("[\"tn-4\",\"tn-2\",\"tn-1\"]", "[\"tn-4\",\"tn-5\",\"tn-1\"]"),
                            message.tag());
                case INITIATOR -> new Liar.Kept(body.replace("\"sae-4\"", "\"sae-3\""), message.tag());
                case TARGET -> new Liar.Kept(body.replace("\"sae-1\"", "\"sae-3\""), message.tag());
            };
        }

        private static String key(String body) {
            Matcher value = VALUE.matcher(body.substring(body.indexOf("\"keys\"")));
            assertThat(value.find()).isTrue();
            return value.group(1);
        }

        private static String group(Pattern pattern, String text) {
            Matcher found = pattern.matcher(text);
            assertThat(found.find()).isTrue();
            return found.group(1);
        }

        private static String flipped(String base64) {
            byte[] bytes = Base64.getDecoder().decode(base64);
            bytes[0] ^= 1;
            return Base64.getEncoder().encodeToString(bytes);
        }
    }

    /** What each begins with shows that the liar got its standing back after the one before. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "FLIP_A_BIT  | 4 | seal-mismatch | [tn-1, tn-2, tn-4]                             | tn-1 -> tn-2, tn-2 -> tn-4",
                "SAY_RELAYED | 1 | seal-mismatch | it was not that node; path: [tn-1, tn-2, tn-4] | tn-1 -> tn-2, tn-2 -> tn-4",
                "DROP        | 1 | link-avoided  | tn-2 did not answer in time                    | tn-1 -> tn-2"
            })
    void nodeOnTheWayThatLies_isFound_losesItsStanding_andGetsItBackByAProbe(
            Liar.Lie lie, int node, String kind, String text, String avoided) throws Exception {
        awaitWayOverTheLiar(1, 4);
        Liar.tell(lie);
        fetch(1, 4, give(1, 4));
        awaitAlarm(node, kind, text);
        awaitAlarm(1, "link-avoided", "[tn-1, tn-2, tn-4]");
        assertThat(avoided(1)).contains(avoided.split(", "));
        assertThat(metric(1, "qkd_mesh_links_avoided")).isEqualTo(avoided(1).size());
        assertThat(firstWay(1, 4)).isEqualTo("[\"tn-1\",\"tn-3\",\"tn-5\",\"tn-4\"]");
        long begun = System.nanoTime();
        fetch(1, 4, give(1, 4));
        assertThat(Duration.ofNanos(System.nanoTime() - begun))
                .as("the next request does not wait for it")
                .isLessThan(Duration.ofMillis(1500));
    }

    @Test
    void messageFromBeforeARestart_isOfNoUseAfterIt_howeverOftenItIsSent() throws Exception {
        Liar.Kept old = keptMessages().get(Change.values().length);
        network.stopNode(1);
        network.startNode(1);
        Liar.KEPT.clear();
        String alarm = LIAR + " at ext-keys: link epoch changed";
        for (int i = 0; i < 1_000 && network.audited(1, alarm).isEmpty(); i++) {
            HttpResponse<String> answer = relay(1, renamed(old));
            if (!isUnread(answer)) {
                assertThat(reason(answer)).isEqualTo("link_epoch_changed");
            }
        }
        assertThat(refusals(1, "ext-keys", "link_epoch_changed")).isGreaterThan(80);
        awaitAlarm(1, "node-misbehaves", alarm);
        network.awaitKeys(1, 3);
        network.awaitKeys(4, 1);
        network.awaitKeys(1, 4);
    }

    // Notices.

    @ParameterizedTest
    @CsvSource({
        "void,      tn-2, tn-3, 3, foreign_ids,  200",
        "delivered, tn-2, tn-1, 1, foreign_ids,  200",
        "void,      tn-1, tn-3, 1, unauthorized, 401"
    })
    void noticeAboutKeysOfOthers_changesNothing_andTellsTheLiarNothing(
            String type, String from, String to, int node, String reason, int status) throws Exception {
        String id = give(1, 3);
        double before = refusals(node, "notices", reason);
        HttpResponse<String> answer =
                tell(1, NOTICES, liarsKey.sign("qkd-mesh-notice", bytes(notice(type, from, to, id))));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(refusals(node, "notices", reason) - before).isEqualTo(1);
        awaitAlarm(node, "node-misbehaves", LIAR + " at notices: " + reason.replace('_', ' '));
        assertThat(network.audited(node, id))
                .noneMatch(line -> line.contains("\"voided\"") || line.contains("\"delivered\""));
        fetch(1, 3, id);
    }

    // Link keys.

    @Test
    void neighbourThatClaimsLinkKeysAndConfirmsNone_isToldOf() throws Exception {
        awaitWayOverTheLiar(1, 4);
        Liar.tell(Liar.Lie.CONFIRM_NOTHING);
        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
            network.as("sae-1").get(network.api(1) + "sae-2/enc_keys?number=32&size=1024");
            assertThat(network.audited(1, "unconfirmed-link-key"))
                    .anyMatch(line -> line.contains(LIAR + " did not confirm"));
        });
        assertThat(metric(1, "qkd_alarms_total{kind=\"unconfirmed-link-key\"}")).isPositive();
    }

    // What the liar says.

    private static HttpResponse<String> tell(int node, String path, String body) {
        return liar.post(network.url("tn-" + node) + path, bytes(body));
    }

    /** Asks many times, several at once; gives the statuses of the answers. */
    private static List<Integer> atOnce(Supplier<HttpResponse<String>> request) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Integer> statuses = new ArrayList<>();
            Callable<Integer> one = () -> request.get().statusCode();
            for (Future<Integer> status : threads.invokeAll(Collections.nCopies(AT_ONCE, one))) {
                statuses.add(status.get());
            }
            return statuses;
        } finally {
            threads.shutdown();
        }
    }

    /** Waits until the node listens again, where too much was wrong before. */
    private static JsonNode exchange(int node, String body) throws IOException {
        HttpResponse<String> answer = await().pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(50))
                .until(() -> tell(node, ADVERTS, body), one -> one.statusCode() == 200);
        return JSON.readTree(answer.body());
    }

    /** Again and again, since the liar's own node takes each back with its next advert: until this node has alarmed. */
    private static void advertiseUntil(int node, String kind, String text, List<String> links, List<String> saes) {
        await().atMost(Duration.ofSeconds(30))
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofSeconds(1))
                .until(() -> {
                    String advert = advert(2, known(1, LIAR) + 1, links, saes);
                    exchange(1, "{\"adverts\":[" + timed(advert) + "],\"known\":{}}");
                    return network.audited(node, "\"" + kind + "\"").stream().anyMatch(line -> line.contains(text));
                });
    }

    private static long known(int node, String of) throws IOException {
        return exchange(node, NO_ADVERTS).path("known").path(of).asLong();
    }

    private static String timed(String jws) {
        return "{\"jws\":\"" + jws + "\",\"life_ms\":100000}";
    }

    /** An advert of a node, signed by the liar. */
    private static String advert(int node, long sequence, List<String> links, List<String> saes) {
        String payload = "{\"version\":1,\"node\":\"tn-" + node + "\",\"sequence\":" + sequence + ",\"issued_at\":"
                + Instant.now().toEpochMilli() + ",\"links\":[" + String.join(",", links) + "],\"saes\":["
                + saes.stream().map(sae -> "\"" + sae + "\"").collect(Collectors.joining(",")) + "]}";
        return liarsKey.sign("qkd-mesh-advert", bytes(payload));
    }

    private static List<String> links(String... neighbours) {
        return List.of(neighbours).stream()
                .map(neighbour -> "{\"neighbour\":\"" + neighbour + "\",\"up\":true,\"available\":" + (1L << 62) + "}")
                .toList();
    }

    private static String notice(String type, String from, String to, String keyId) {
        return "{\"notice_id\":\"" + UUID.randomUUID() + "\",\"type\":\"" + type + "\",\"from\":\"" + from
                + "\",\"to\":\"" + to + "\",\"master_sae_id\":\"sae-1\",\"slave_sae_id\":\"sae-3\",\"key_ids\":[\""
                + keyId + "\"],\"seconds_left\":600}";
    }

    /** The member of messages about link keys that says which runs of the two nodes they are of. */
    private static String epochs(int node) throws IOException {
        JsonNode versions = JSON.readTree(
                liar.get(network.url("tn-" + node) + "/kmapi/versions").body());
        JsonNode own = versions.path("extension").path("E32473_qkd_mesh");
        return "\"epochs\":{\"sender\":" + own.path("known_epoch") + ",\"receiver\":" + own.path("epoch") + "}";
    }

    private static String announcement(String epochs, int ids) {
        return "{\"announcement_id\":\"" + UUID.randomUUID() + "\",\"kme\":\"kme-2-1\",\"peer_kme\":\"kme-1-2\","
                + epochs + ",\"keys\":["
                + IntStream.range(0, ids)
                        .mapToObj(i -> "{\"key_id\":\"" + UUID.randomUUID() + "\",\"length\":128}")
                        .collect(Collectors.joining(","))
                + "]}";
    }

    private static String grantRequest(String epochs) {
        return "{\"grant_id\":\"" + UUID.randomUUID() + "\"," + epochs + ",\"wanted\":1000000,\"stock\":0}";
    }

    private static Liar.Kept renamed(Liar.Kept message) {
        return new Liar.Kept(
                message.body().replaceFirst("\"relay_id\":\"[^\"]+\"", "\"relay_id\":\"" + UUID.randomUUID() + "\""),
                message.tag());
    }

    private static HttpResponse<String> relay(int node, Liar.Kept message) {
        return liar.send(TestClient.request(network.url("tn-" + node) + EXT_KEYS)
                .header(HopMessage.TAG_HEADER, message.tag())
                .POST(BodyPublishers.ofString(message.body())));
    }

    private static String reason(HttpResponse<String> answer) {
        Matcher reason = Pattern.compile("\"reason\":\"([^\"]+)\"").matcher(answer.body());
        assertThat(reason.find()).as(answer.body()).isTrue();
        return reason.group(1);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    // What the others see.

    private static String give(int from, int to) {
        HttpResponse<String> given = network.as("sae-" + from).get(network.api(from) + "sae-" + to + "/enc_keys");
        assertThat(given.statusCode()).as(given.body()).isEqualTo(200);
        return key(given).path("key_ID").asText();
    }

    private static void fetch(int from, int to, String id) {
        HttpResponse<String> fetched =
                network.as("sae-" + to).get(network.api(to) + "sae-" + from + "/dec_keys?key_ID=" + id);
        assertThat(fetched.statusCode()).as(fetched.body()).isEqualTo(200);
        assertThat(key(fetched).path("key_ID").asText()).isEqualTo(id);
    }

    private static JsonNode key(HttpResponse<String> container) {
        try {
            return JSON.readTree(container.body()).path("keys").get(0);
        } catch (IOException e) {
            throw new AssertionError(container.body(), e);
        }
    }

    private static JsonNode paths(int from, int to) throws IOException {
        return JSON.readTree(TestClient.plain()
                .get(network.management(from, "/manage/paths?from=sae-" + from + "&to=sae-" + to)
                        .toString())
                .body());
    }

    private static String firstWay(int from, int to) throws IOException {
        return paths(from, to).path("paths").path(0).path("nodes").toString();
    }

    private static List<String> avoided(int node) throws IOException {
        List<String> edges = new ArrayList<>();
        paths(node, 3)
                .path("avoided")
                .forEach(edge -> edges.add(
                        edge.path("from").asText() + " -> " + edge.path("to").asText()));
        return edges;
    }

    /** Lets the time pass, at tn-1 and tn-4, after which a link is tried again, and tries it. */
    private static void awaitWayOverTheLiar(int from, int to) {
        long before = ahead.get();
        await().atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(100))
                .until(() -> {
                    if (isOverTheLiar(from, to)) {
                        return true;
                    }
                    long longest = 0;
                    for (JsonNode edge : paths(from, to).path("avoided")) {
                        longest = Math.max(longest, edge.path("seconds_left").asLong());
                    }
                    ahead.addAndGet(1000 * longest);
                    network.as("sae-" + from).get(network.api(from) + "sae-" + to + "/enc_keys");
                    return false;
                });
        if (ahead.get() > before) {
            // To clocks that jumped the neighbours were silent for long: they are given up, and heard of again.
            await().atMost(Duration.ofSeconds(60))
                    .during(Duration.ofSeconds(2))
                    .until(() -> isOverTheLiar(from, to)
                            && !firstWay(to, from).isEmpty()
                            && !firstWay(1, 3).isEmpty());
        }
    }

    private static boolean isOverTheLiar(int from, int to) throws IOException {
        return firstWay(from, to).equals("[\"tn-" + from + "\",\"tn-2\",\"tn-" + to + "\"]");
    }

    private static final class ClockAhead implements NodeClock {

        private final NodeClock clock = NodeClock.system();

        @Override
        public long monotonicMillis() {
            return clock.monotonicMillis() + ahead.get();
        }

        @Override
        public Instant wall() {
            return clock.wall();
        }
    }

    private static double metric(int node, String series) {
        String metrics = TestClient.plain()
                .get(network.management(node, "/observe/metrics").toString())
                .body();
        return metrics.lines()
                .filter(line -> line.startsWith(series + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(series.length() + 1)))
                .findFirst()
                .orElse(0);
    }

    private static double refusals(int node, String door, String reason) {
        return metric(node, "qkd_refusals_total{door=\"" + door + "\",reason=\"" + reason + "\"}");
    }

    /** The audit log has all alarms, and of those that name an offender its text. */
    private static void awaitAlarm(int node, String kind, String text) {
        awaitAlarm(node, kind, line -> line.contains(text));
    }

    private static void awaitAlarm(int node, String kind, Predicate<String> text) {
        await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> assertThat(network.audited(node, "\"" + kind + "\""))
                .anyMatch(text));
        assertThat(metric(node, "qkd_alarms_total{kind=\"" + kind + "\"}")).isPositive();
    }
}
