package org.qkdmesh.cli.certs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qkdmesh.identity.CertificateIdentity;
import org.qkdmesh.identity.PemFiles;

class DemoCertificatesTest {

    @TempDir
    private Path directory;

    @Test
    void everybody_getsACertificateThatTheAuthorityVouchesFor() throws Exception {
        List<String> made = new DemoCertificates(directory).make();

        assertThat(made).hasSize(14).startsWith("ca").contains("tn-3-a1b3", "ndk-kme-b2", "sae-c");
        X509Certificate authority =
                PemFiles.certificates(directory.resolve("ca.crt")).get(0);
        PKIXParameters trust = new PKIXParameters(Set.of(new TrustAnchor(authority, null)));
        trust.setRevocationEnabled(false);
        for (Holder holder : Holder.EXAMPLE_NETWORK) {
            X509Certificate certificate = PemFiles.credentials(file(holder.id() + ".crt"), file(holder.id() + ".key"))
                    .certificate();
            CertPathValidator.getInstance("PKIX")
                    .validate(CertificateFactory.getInstance("X.509").generateCertPath(List.of(certificate)), trust);
            assertThat(CertificateIdentity.of(certificate))
                    .hasToString("CertificateIdentity[role=%s, id=%s]"
                            .formatted(holder.role().toUpperCase(Locale.ROOT), holder.id()));
            assertThat(certificate.getSubjectX500Principal().getName()).isEqualTo("CN=" + holder.id());
            assertThat(certificate.getSubjectAlternativeNames())
                    .extracting(name -> (Object) name.get(1))
                    .containsExactly(holder.uri(), "localhost", "127.0.0.1", "0:0:0:0:0:0:0:1");
            assertThat(certificate.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2");
        }
    }

    @Test
    void keys_areReadableByTheirOwnerOnly() throws Exception {
        new DemoCertificates(directory).make();

        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files.filter(file -> file.toString().endsWith(".key")))
                    .hasSize(14)
                    .allSatisfy(file -> assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                            .isEqualTo("rw-------"));
        }
    }

    @Test
    void whatIsThere_staysAsItIs() throws Exception {
        new DemoCertificates(directory).make();
        Map<Path, String> before = contents();

        assertThat(new DemoCertificates(directory).make()).isEmpty();
        Files.delete(file("sae-b.crt"));
        Files.delete(file("sae-b.key"));
        assertThat(new DemoCertificates(directory).make()).containsExactly("sae-b");

        Map<Path, String> after = contents();
        assertThat(after.keySet()).isEqualTo(before.keySet());
        assertThat(after.remove(file("sae-b.crt"))).isNotEqualTo(before.remove(file("sae-b.crt")));
        assertThat(after.remove(file("sae-b.key"))).isNotEqualTo(before.remove(file("sae-b.key")));
        assertThat(after).isEqualTo(before);
    }

    @Test
    void whenAllIsThere_theKeyOfTheAuthorityIsNotNeeded() throws Exception {
        new DemoCertificates(directory).make();
        Files.delete(file("ca.key"));

        assertThat(new DemoCertificates(directory).make()).isEmpty();
    }

    @Test
    void whenSomethingIsMissing_theKeyOfTheAuthorityIsNeeded() throws Exception {
        new DemoCertificates(directory).make();
        for (String name : List.of("ca.key", "sae-a.crt", "sae-a.key")) {
            Files.delete(file(name));
        }

        assertRefusedAndUnchanged("ca.key is missing");
    }

    @Test
    void halfOfAPair_isRefused() throws Exception {
        new DemoCertificates(directory).make();
        Files.delete(file("tn-1-a2b2.key"));

        assertRefusedAndUnchanged("tn-1-a2b2.key is missing");
    }

    @Test
    void missingAuthority_isNotReplacedBesideItsCertificates() throws Exception {
        new DemoCertificates(directory).make();
        for (String name : List.of("ca.crt", "ca.key", "sae-a.crt", "sae-a.key")) {
            Files.delete(file(name));
        }

        assertRefusedAndUnchanged("ca.crt is missing, but there are certificates that it made");
    }

    @Test
    void exampleConfigurations_nameOnlyFilesThatAreMade() throws Exception {
        new DemoCertificates(directory).make();
        Pattern file = Pattern.compile("certs/([a-z0-9-]+\\.(?:crt|key))");
        try (Stream<Path> configs = Files.list(Path.of("config"))) {
            for (Path config :
                    configs.filter(path -> path.toString().endsWith(".yaml")).toList()) {
                Matcher named = file.matcher(Files.readString(config));
                while (named.find()) {
                    assertThat(file(named.group(1))).exists();
                }
            }
        }
    }

    private void assertRefusedAndUnchanged(String message) throws IOException {
        Map<Path, String> before = contents();
        assertThatThrownBy(() -> new DemoCertificates(directory).make())
                .isInstanceOf(IOException.class)
                .hasMessageContaining(message);
        assertThat(contents()).isEqualTo(before);
    }

    private Path file(String name) {
        return directory.resolve(name);
    }

    private Map<Path, String> contents() throws IOException {
        Map<Path, String> contents = new TreeMap<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                FileTime time = Files.getLastModifiedTime(file);
                contents.put(file, time + " " + Files.readString(file));
            }
        }
        return contents;
    }
}
