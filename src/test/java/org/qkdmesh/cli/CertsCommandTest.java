package org.qkdmesh.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.qkdmesh.identity.CertificateChain;
import org.qkdmesh.identity.CertificateDetails;
import org.qkdmesh.identity.CertificateIdentity;
import org.qkdmesh.identity.PemFiles;
import org.qkdmesh.testing.TestCertificates;

class CertsCommandTest {

    @TempDir
    private static Path directory;

    @TempDir
    private static Path others;

    private static TestCertificates foreign;

    @BeforeAll
    static void makeAuthority() {
        assertThat(CommandRun.of("certs", "demo", "--dir", directory.toString()).code())
                .isZero();
        foreign = new TestCertificates(others);
    }

    @Test
    void issue_makesACertificateOfTheAuthority_andAKeyForItsOwnerOnly() throws Exception {
        CommandRun run = issue("tn-5", "node", "--dns", "tn-5.example.org", "--ip", "2001:db8::7", "--days", "90");

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out()).contains("the node tn-5", "tn-5.example.org", "89 days left", "Next: ");
        X509Certificate made =
                PemFiles.credentials(file("tn-5.crt"), file("tn-5.key")).certificate();
        CertificateDetails details = CertificateDetails.of(made);
        assertThat(details.identity()).isEqualTo(new CertificateIdentity(CertificateIdentity.Role.NODE, "tn-5"));
        assertThat(details.hosts()).containsExactly("tn-5.example.org", "2001:db8:0:0:0:0:0:7");
        assertThat(details.key()).isEqualTo("EC P-256");
        assertThat(CertificateChain.fault(
                        PemFiles.certificates(file("tn-5.crt")), PemFiles.certificates(file("ca.crt")), Instant.now()))
                .isEmpty();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file("tn-5.key"))))
                .isEqualTo("rw-------");
    }

    @Test
    void issue_neverWritesOverAFile() throws Exception {
        assertThat(issue("sae-x", "sae").code()).isZero();
        byte[] before = Files.readAllBytes(file("sae-x.key"));

        CommandRun run = issue("sae-x", "sae");

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).contains("sae-x.crt is there already and stays as it is");
        assertThat(Files.readAllBytes(file("sae-x.key"))).isEqualTo(before);
    }

    @ParameterizedTest
    @CsvSource({
        "--id, sae x, expected 1 to 64 characters",
        "--id, ../../etc/x, can be the name of a file",
        "--days, 0, 'expected 1 to 3650, found 0'",
        "--dns, a_b, expected a host name",
        "--ip, 1.2.3, expected an address",
        "--kind, noed, NODE"
    })
    void issue_withAWrongValue_saysWhatIsExpected(String option, String value, String message) {
        CommandRun run = option.equals("--id")
                ? issue(value, "sae")
                : option.equals("--kind") ? issue("sae-y", value) : issue("sae-y", "sae", option, value);

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains(option, message);
        assertThat(file("sae-y.crt")).doesNotExist();
    }

    @Test
    void issue_withoutAnAuthority_saysWhereToGetOne() {
        CommandRun run = CommandRun.of(
                "certs",
                "issue",
                "--id",
                "a",
                "--kind",
                "sae",
                "--ca-key",
                file("none.key").toString());

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).contains(" is missing: ./qkd-mesh certs demo");
    }

    @Test
    void show_tellsWhoAndHowLong_andThatKeyAndAuthorityFit() {
        CommandRun run = CommandRun.of("certs", "show", file("sae-a.crt").toString());

        assertThat(run.code()).isZero();
        assertThat(run.out())
                .contains(
                        "the SAE sae-a",
                        "urn:qkd-mesh:sae:sae-a",
                        "localhost, 127.0.0.1",
                        "CN=qkd-mesh demo CA",
                        "days left",
                        file("sae-a.key") + " is its key",
                        "issued by an authority of " + file("ca.crt"));
    }

    @Test
    void show_warnsWhenTheEndIsNear_andFailsAfterIt() {
        foreign.make("soon", "soon")
                .between(Instant.now(), Instant.now().plus(Duration.ofDays(10)))
                .write();
        foreign.make("late", "late").expired().write();

        CommandRun run = CommandRun.of("certs", "show", other("soon.crt"), other("late.crt"));

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.out())
                .contains("[warn] CN=soon has 9 days left", "have it replaced", "[fail] CN=late has expired, on ")
                .doesNotContain("(-");
    }

    @Test
    void show_findsForeignAuthoritiesAndKeys_andFilesThatAreNoCertificates() {
        foreign.sae("sae-z");
        foreign.sae("sae-w");

        CommandRun run = CommandRun.of(
                "certs",
                "show",
                "--json",
                "--ca",
                file("ca.crt").toString(),
                "--key",
                other("sae-w.key"),
                other("sae-z.crt"),
                other("sae-z.key"));

        assertThat(run.code()).isEqualTo(1);
        JsonNode files = run.json().path("files");
        assertThat(files.path(0).path("certificates").path(0).path("id").textValue())
                .isEqualTo("sae-z");
        assertThat(files.path(0).path("faults").toString())
                .contains("does not belong to the certificate", "issued by CN=qkd-mesh test CA, which is none of");
        assertThat(files.path(1).path("faults").toString()).contains("expected a PEM certificate");
    }

    private static CommandRun issue(String id, String kind, String... more) {
        String[] arguments = {
            "certs",
            "issue",
            "--id",
            id,
            "--kind",
            kind,
            "--dir",
            directory.toString(),
            "--ca-cert",
            file("ca.crt").toString(),
            "--ca-key",
            file("ca.key").toString()
        };
        String[] all = Arrays.copyOf(arguments, arguments.length + more.length);
        System.arraycopy(more, 0, all, arguments.length, more.length);
        return CommandRun.of(all);
    }

    private static Path file(String name) {
        return directory.resolve(name);
    }

    private static String other(String name) {
        return others.resolve(name).toString();
    }
}
