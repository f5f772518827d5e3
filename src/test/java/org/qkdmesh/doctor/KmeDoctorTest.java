package org.qkdmesh.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qkdmesh.config.KmeCheckConfig;
import org.qkdmesh.config.NodeConfig;
import org.qkdmesh.identity.TlsCredentials;
import org.qkdmesh.model.KmeId;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.testing.FreePorts;
import org.qkdmesh.testing.TestCertificates;

/** A KME by itself, with everything that vendors and their customers get wrong. */
class KmeDoctorTest {

    private static final String KME = "KME kme-a";

    @TempDir
    private static Path directory;

    @TempDir
    private static Path elsewhere;

    private static TestCertificates certificates;
    private static TestCertificates foreign;

    private OddKme here;
    private OddKme there;

    @BeforeAll
    static void makeCertificates() throws IOException {
        certificates = new TestCertificates(directory);
        foreign = new TestCertificates(elsewhere, "somebody else's CA");
        for (String node : new String[] {"tn-1", "tn-2"}) {
            certificates.node(node);
            Files.setPosixFilePermissions(certificates.key(node), PosixFilePermissions.fromString("rw-------"));
        }
    }

    @BeforeEach
    void startKmes() {
        Map<String, String> link = new ConcurrentHashMap<>();
        here = kme(lasting(certificates, "kme-a"), link);
        there = new OddKme(OddKme.Names.B, lasting(certificates, "kme-b"), certificates.authorities(), link);
    }

    @AfterEach
    void stopKmes() {
        here.close();
        there.close();
    }

    @Test
    void goodKme_isFoundWell_andWhatWasDrawnIsSaid() throws Exception {
        Findings findings = examine();

        findings.assertAllWell();
        findings.assertOk(KME, "reachable at localhost:", "shows the KME kme-a");
        findings.assertOk(KME, "keys of 64 to 1024 bit, 20 a request, 1000 stored now");
        findings.assertOk(KME, "gives as many as asked: 20 at once");
        findings.assertOk(KME, "keys from here to there: 22 are the same at kme-b");
        findings.assertOk(KME, "keys from there to here: 1 is the same at kme-b");
        findings.assertOk(KME, "23 keys, 2816 bit in all, were drawn to look at it, and thrown away");
        findings.assertOk("clock", "within a few seconds of");
        findings.assertOk("file modes", "nobody but its owner");
    }

    @Test
    void kmeWhoseFarEndCannotBeAsked_isSaidToBeHalfLookedAt() throws Exception {
        Findings findings = Findings.of(
                new Doctor().ofKme(new KmeCheckConfig(at(here.url()), new SaeId("tn-2"), Optional.empty())));

        findings.assertWarn(KME, "whether both ends give the same keys cannot be seen", "--config");
    }

    @Test
    void fewerKeysThanAsked_areNamed() throws Exception {
        here.mostKeys = 3;

        examine().assertWarn(KME, "gives fewer keys than asked: 3 of 20", "Have the limit at the KME raised");
    }

    @Test
    void limitBelowWhatItsStatusSays_isNamed() throws Exception {
        here.limit = 5;

        examine().assertFail(KME, "does not give 20 keys at once", "limits are lower than its status says");
    }

    @Test
    void answersInAnotherForm_areNamedEach() throws Exception {
        here.errorBody = "{\"detail\":\"no\"}";
        here.contentType = "text/plain";
        here.unknownIdStatus = 500;
        here.keepsKeys = true;
        here.hidden.add("max_key_per_request");

        Findings findings = examine();

        findings.assertWarn(KME, "under detail, not under message", "Tell the vendor");
        findings.assertWarn(KME, "as text/plain, not as application/json");
        findings.assertWarn(KME, "answers 500 for a key id that it does not know");
        findings.assertWarn(KME, "gives a key by dec_keys a second time");
        findings.assertWarn(KME, "its status lacks max_key_per_request");
        findings.assertWarn(KME, "gives one key a request");
    }

    @Test
    void kmeThatKnowsGetOnly_isNamed_andComparedAllTheSame() throws Exception {
        here.getOnly = true;
        here.errorBody = "<html>no</html>";
        there.getOnly = true;

        Findings findings = examine();

        findings.assertWarn(KME, "by GET and by POST, but POST was answered 405; GET is used", "one key per dec_keys");
        findings.assertWarn(KME, "answers errors of dec_keys as text, not as JSON");
        findings.assertOk(KME, "keys from there to here: 1 is the same");
        findings.assertOk(KME, "keys from here to there: 22 are the same");
    }

    @Test
    void otherNamesInItsStatus_areNamed() throws Exception {
        KmeCheckConfig.Kme kme = at(here.url());
        KmeCheckConfig config = new KmeCheckConfig(
                new KmeCheckConfig.Kme(
                        kme.id(), kme.url(), kme.ca(), kme.certificate(), new SaeId("4711"), kme.client()),
                new SaeId("tn-2"),
                Optional.empty());

        Findings.of(new Doctor().ofKme(config)).assertWarn(KME, "master_SAE_ID tn-1, expected 4711", "Correct sae_id");
    }

    @Test
    void endsOfTwoDifferentLinks_areNamed() throws Exception {
        there.close();
        there = new OddKme(
                OddKme.Names.B, lasting(certificates, "kme-b"), certificates.authorities(), new ConcurrentHashMap<>());

        examine().assertFail(KME, "cannot be had at the receiving end", "two ends of one quantum link");
    }

    @Test
    void callerThatItDoesNotKnow_isNamedWithTheCommandToTry() throws Exception {
        here.statusStatus = 401;

        examine()
                .assertFail(
                        KME,
                        "answered 401",
                        "Have tn-1 entered at the KME",
                        "curl -v --cacert",
                        "/api/v1/keys/tn-2/status");
    }

    @Test
    void wrongCertificate_isNamedWithWhoeverAnswers() throws Exception {
        examine(at(there.url()))
                .assertFail(
                        KME, "expected the KME kme-a, but at localhost:", "answers the KME kme-b", "openssl s_client");
    }

    @Test
    void expiredCertificate_isNamed() throws Exception {
        TlsCredentials late = certificates
                .make("late", "kme-a")
                .uri("urn:qkd-mesh:kme:kme-a")
                .local()
                .expired()
                .write();
        try (OddKme kme = kme(late, Map.of())) {
            examine(at(kme.url())).assertFail(KME, "its certificate has expired", "Have it replaced");
        }
    }

    @Test
    void certificateNearItsEnd_isWarnedOf() throws Exception {
        try (OddKme kme = kme(certificates.kme("kme-a"), new ConcurrentHashMap<>())) {
            examine(at(kme.url()))
                    .assertWarn(KME, "its certificate has 9 days left", "Have it replaced before that day");
        }
    }

    @Test
    void foreignAuthority_isNamed() throws Exception {
        try (OddKme kme = kme(lasting(foreign, "kme-a"), Map.of())) {
            examine(at(kme.url()))
                    .assertFail(KME, "it was issued by CN=somebody else's CA, which is none of the authorities", "pin");
        }
    }

    @Test
    void hostNameThatIsNotInTheCertificate_isNamed() throws Exception {
        TlsCredentials far = certificates
                .make("far", "kme-a")
                .uri("urn:qkd-mesh:kme:kme-a")
                .dns("kme.example")
                .write();
        try (OddKme kme = kme(far, Map.of())) {
            examine(at(kme.url()))
                    .assertFail(
                            KME,
                            "not good for the host name localhost, only for kme.example",
                            "Use one of those names");
        }
    }

    @Test
    void clientCertificateThatItRefuses_isNamed() throws Exception {
        try (OddKme kme = new OddKme(
                OddKme.Names.A, lasting(certificates, "kme-a"), foreign.authorities(), new ConcurrentHashMap<>())) {
            examine(at(kme.url()))
                    .assertFail(KME, "it refuses the certificate that is shown to it", "tn-1.crt", "certs show");
        }
    }

    @Test
    void pinnedCertificate_isTakenWhateverItSays_andNoOther() throws Exception {
        KmeCheckConfig.Kme kme = at(here.url());
        KmeCheckConfig.Kme pinned = new KmeCheckConfig.Kme(
                kme.id(),
                kme.url(),
                Optional.empty(),
                Optional.of(certificates.certificate("kme-a")),
                kme.saeId(),
                kme.client());
        examine(pinned).assertOk(KME, "gives keys");

        KmeCheckConfig.Kme other = new KmeCheckConfig.Kme(
                kme.id(), URI.create(there.url()), Optional.empty(), pinned.certificate(), kme.saeId(), kme.client());
        examine(other).assertFail(KME, "another certificate than the one pinned");
    }

    @Test
    void nobodyThere_isNamed() throws Exception {
        int port = FreePorts.one();

        examine(at("https://localhost:" + port))
                .assertFail(KME, "nothing listens at localhost:" + port, "firewall", "curl");
        examine(at("https://no-such-host.invalid:1"))
                .assertFail(KME, "the name no-such-host.invalid has no address", "getent hosts");
    }

    @Test
    void clockThatIsOff_isNamed() throws Exception {
        Clock late = Clock.offset(Clock.systemUTC(), Duration.ofSeconds(47));

        Findings.of(new Doctor(late, FreeSpace::ofFileSystem).ofKme(config(at(here.url()))))
                .assertWarn("clock", "this machine's clock is 4", "s ahead of kme-", "NTP", "timedatectl");
    }

    @Test
    void wideModeOfTheClientKey_isNamed() throws Exception {
        Path key = certificates.key("tn-2");
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r-----"));
        try {
            examine().assertFail("file modes", key + " has mode rw-r-----", "chmod 600 " + key);
        } finally {
            Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
        }
        assertThat(key).exists();
    }

    private Findings examine() throws InterruptedException {
        return examine(at(here.url()));
    }

    private Findings examine(KmeCheckConfig.Kme kme) throws InterruptedException {
        return Findings.of(new Doctor().ofKme(config(kme)));
    }

    private KmeCheckConfig config(KmeCheckConfig.Kme kme) {
        return new KmeCheckConfig(
                kme,
                new SaeId("tn-2"),
                Optional.of(new KmeCheckConfig.Kme(
                        new KmeId("kme-b"),
                        URI.create(there.url()),
                        Optional.of(certificates.ca()),
                        Optional.empty(),
                        new SaeId("tn-2"),
                        new NodeConfig.Credentials(certificates.certificate("tn-2"), certificates.key("tn-2")))));
    }

    private static KmeCheckConfig.Kme at(String url) {
        return new KmeCheckConfig.Kme(
                new KmeId("kme-a"),
                URI.create(url),
                Optional.of(certificates.ca()),
                Optional.empty(),
                new SaeId("tn-1"),
                new NodeConfig.Credentials(certificates.certificate("tn-1"), certificates.key("tn-1")));
    }

    /** A certificate whose end is not near. */
    private static TlsCredentials lasting(TestCertificates by, String id) {
        return by.make(id, id)
                .uri("urn:qkd-mesh:kme:" + id)
                .local()
                .between(Instant.now().minus(Duration.ofHours(1)), Instant.now().plus(Duration.ofDays(365)))
                .write();
    }

    private static OddKme kme(TlsCredentials own, Map<String, String> link) {
        return new OddKme(OddKme.Names.A, own, certificates.authorities(), link);
    }
}
