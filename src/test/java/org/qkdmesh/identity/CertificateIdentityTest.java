package org.qkdmesh.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qkdmesh.identity.CertificateIdentity.Role;
import org.qkdmesh.testing.TestCertificates;

class CertificateIdentityTest {

    @TempDir
    Path directory;

    private TestCertificates certificates;

    @BeforeEach
    void makeAuthority() {
        certificates = new TestCertificates(directory);
    }

    @Test
    void of_aUriOfTheMesh_isItsRoleAndId() {
        assertThat(identityOf(certificates.node("tn-1"))).isEqualTo(new CertificateIdentity(Role.NODE, "tn-1"));
        assertThat(identityOf(certificates.sae("sae-a"))).isEqualTo(new CertificateIdentity(Role.SAE, "sae-a"));
        assertThat(identityOf(certificates.kme("kme-1"))).isEqualTo(new CertificateIdentity(Role.KME, "kme-1"));
    }

    @Test
    void of_anIdWithColons_keepsThem() {
        assertThat(identityOf(make("a:b:c").uri("urn:qkd-mesh:sae:a:b:c")))
                .isEqualTo(new CertificateIdentity(Role.SAE, "a:b:c"));
    }

    @Test
    void of_noUriOfTheMesh_isTheCommonName() {
        assertThat(identityOf(make("vendor-kme").uri("urn:other:x").dns("box.example")))
                .isEqualTo(new CertificateIdentity(Role.NAMED, "vendor-kme"));
    }

    @Test
    void of_uriAndAnotherCommonName_isTheUri() {
        assertThat(identityOf(make("tn-9").uri("urn:qkd-mesh:sae:sae-a")))
                .isEqualTo(new CertificateIdentity(Role.SAE, "sae-a"));
    }

    @Test
    void of_namesThatDisagreeOrAreMalformed_isNobody() {
        assertThat(identityOf(make("x").uri("urn:qkd-mesh:node:a").uri("urn:qkd-mesh:sae:b")))
                .isEqualTo(CertificateIdentity.NOBODY);
        assertThat(identityOf(make("x").uri("urn:qkd-mesh:queen:a"))).isEqualTo(CertificateIdentity.NOBODY);
        assertThat(identityOf(make("x").uri("urn:qkd-mesh:node:"))).isEqualTo(CertificateIdentity.NOBODY);
        assertThat(identityOf(make("x").uri("URN:QKD-MESH:node:a"))).isEqualTo(CertificateIdentity.NOBODY);
        assertThat(identityOf(make("x").uri("urn:qkd-mesh:node:" + "a".repeat(65))))
                .isEqualTo(CertificateIdentity.NOBODY);
        assertThat(identityOf(certificates.make("two", "a,CN=b"))).isEqualTo(CertificateIdentity.NOBODY);
        assertThat(identityOf(certificates.make("space", "with space"))).isEqualTo(CertificateIdentity.NOBODY);
    }

    @Test
    void fingerprint_isTheSha256OfTheWholeCertificate() {
        assertThat(CertificateIdentity.fingerprint(certificates.sae("sae-a").certificate()))
                .matches("[0-9a-f]{64}")
                .isNotEqualTo(CertificateIdentity.fingerprint(
                        certificates.sae("sae-a").certificate()));
    }

    @Test
    void credentials_ofAKeyThatIsNotTheCertificates_areRefused() {
        certificates.sae("sae-a");
        certificates.sae("sae-b");
        assertThatThrownBy(() -> PemFiles.credentials(certificates.certificate("sae-a"), certificates.key("sae-b")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("sae-b.key")
                .hasMessageContaining("does not belong to the certificate");
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-r-----", "rw----r--", "rw-rw-rw-"})
    void privateKey_thatOthersMayRead_isRefused_withWhatToDo(String mode) throws IOException {
        certificates.sae("sae-a");
        Path key = certificates.key("sae-a");
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString(mode));
        assertThatThrownBy(() -> PemFiles.credentials(certificates.certificate("sae-a"), key))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(key + ": mode " + mode)
                .hasMessageContaining("(chmod 600 " + key + ")");
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("r--------"));
        assertThat(PemFiles.credentials(certificates.certificate("sae-a"), key)).isNotNull();
    }

    @Test
    void pemFiles_nameTheFileAndWhatWasExpected() throws IOException {
        Path empty = Files.writeString(directory.resolve("empty.pem"), "nothing");
        Path broken = Files.writeString(
                directory.resolve("broken.pem"), "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
        Path open = Files.writeString(directory.resolve("open.pem"), "-----BEGIN PRIVATE KEY-----\nAAAA\n");
        assertThatThrownBy(() -> PemFiles.certificates(empty)).hasMessageContaining("empty.pem: expected a PEM");
        assertThatThrownBy(() -> PemFiles.certificates(broken)).hasMessageContaining("broken.pem: certificate 1");
        assertThatThrownBy(() -> PemFiles.privateKey(open)).hasMessageContaining("open.pem: no end");
        assertThatThrownBy(() -> PemFiles.privateKey(empty)).hasMessageContaining("empty.pem: expected one");
        assertThatThrownBy(() -> PemFiles.certificates(directory.resolve("none.pem")))
                .hasMessageContaining("none.pem: no such file");
    }

    @Test
    void toString_ofCredentials_showsNoKey() {
        assertThat(certificates.sae("sae-a")).hasToString("TlsCredentials[CN=sae-a]");
    }

    private TestCertificates.Request make(String commonName) {
        return certificates.make("made", commonName);
    }

    private static CertificateIdentity identityOf(TestCertificates.Request request) {
        return identityOf(request.write());
    }

    private static CertificateIdentity identityOf(TlsCredentials credentials) {
        return CertificateIdentity.of(credentials.certificate());
    }
}
