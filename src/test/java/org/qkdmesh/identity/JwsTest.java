package org.qkdmesh.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.util.Base64;
import com.nimbusds.jose.util.Base64URL;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.ECGenParameterSpec;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qkdmesh.identity.NodeVerifier.InvalidSignature;
import org.qkdmesh.model.NodeClock;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.testing.TestCertificates;

class JwsTest {

    private static final String KIND = "qkd-mesh-advert";
    private static final byte[] WORDS = "what a node says".getBytes(StandardCharsets.UTF_8);

    @TempDir
    static Path directory;

    private static TestCertificates ca;
    private static TlsCredentials tn1;
    private static NodeVerifier verifier;

    @BeforeAll
    static void makeCertificates() {
        ca = new TestCertificates(directory.resolve("ours"));
        tn1 = ca.node("tn-1");
        verifier = new JwsVerifier(ca.authorities(), NodeClock.system());
    }

    @Test
    void verify_ofANodesStatement_tellsTheNodeAndTheWords() {
        NodeVerifier.Signed signed = verifier.verify(KIND, new JwsSigner(tn1).sign(KIND, WORDS));

        assertThat(signed.signer()).isEqualTo(new NodeId("tn-1"));
        assertThat(signed.payload()).isEqualTo(WORDS);
    }

    @Test
    void unverified_tellsTheWords_whoeverSignedThem() {
        String forged =
                new JwsSigner(ca.sae("sae-b")).sign("another kind", WORDS).replaceAll("\\.[^.]*$", ".AAAA");

        assertThat(verifier.unverified(forged)).isEqualTo(WORDS);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "words", "one.two"})
    void unverified_ofWhatIsNoStatement_isRefused(String text) {
        assertThatThrownBy(() -> verifier.unverified(text)).isInstanceOf(NodeVerifier.Unreadable.class);
        assertThatThrownBy(() -> verifier.unverified("a.".repeat(JwsVerifier.MAX_CHARS)))
                .isInstanceOf(NodeVerifier.Unreadable.class);
    }

    @Test
    void verify_ofAStatementByAP384Key_isES384() throws GeneralSecurityException, ParseException {
        TlsCredentials node = ca.make("p384", "p384")
                .uri("urn:qkd-mesh:node:p384")
                .withKey(pair("EC", "secp384r1"))
                .write();
        String statement = new JwsSigner(node).sign(KIND, WORDS);

        assertThat(JWSObject.parse(statement).getHeader().getAlgorithm()).isEqualTo(JWSAlgorithm.ES384);
        assertThat(verifier.verify(KIND, statement).signer()).isEqualTo(new NodeId("p384"));
    }

    @Test
    void sign_putsTheChainIntoTheHeaderWithoutTheRoot() throws ParseException {
        List<X509Certificate> chain = new ArrayList<>(tn1.chain());
        chain.addAll(ca.authorities());
        String statement = new JwsSigner(new TlsCredentials(chain, tn1.key())).sign(KIND, WORDS);

        assertThat(JWSObject.parse(statement).getHeader().getX509CertChain()).hasSize(1);
        assertThat(verifier.verify(KIND, statement).signer()).isEqualTo(new NodeId("tn-1"));
    }

    @Test
    void sign_withAKeyThatNodesMayNotHave_isRefusedAtTheStart() throws GeneralSecurityException {
        TlsCredentials rsa = ca.make("rsa", "rsa").withKey(pair("RSA", null)).write();
        TlsCredentials p521 =
                ca.make("p521", "p521").withKey(pair("EC", "secp521r1")).write();

        assertThatThrownBy(() -> new JwsSigner(rsa)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new JwsSigner(p521)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void verify_ofAnotherKind_isRefused() {
        String notice = new JwsSigner(tn1).sign("qkd-mesh-notice", WORDS);

        refused(notice, "kind");
    }

    @Test
    void verify_bySomebodyWhoIsNoNode_isRefused() {
        refused(new JwsSigner(ca.sae("sae-a")).sign(KIND, WORDS), "not a node's");
        refused(new JwsSigner(ca.make("cn-only", "tn-9").write()).sign(KIND, WORDS), "not a node's");
        refused(
                new JwsSigner(ca.make("two", "two")
                                .uri("urn:qkd-mesh:node:tn-8")
                                .uri("urn:qkd-mesh:node:tn-9")
                                .write())
                        .sign(KIND, WORDS),
                "not a node's");
    }

    @Test
    void verify_ofAForeignAuthority_isRefused() {
        TestCertificates foreign = new TestCertificates(directory.resolve("foreign"));

        refused(new JwsSigner(foreign.node("tn-1")).sign(KIND, WORDS), "trusted authority");
    }

    @Test
    void verify_whenTheForeignRootComesAlong_isRefused() {
        TestCertificates foreign = new TestCertificates(directory.resolve("foreign-root"));
        TlsCredentials node = foreign.node("tn-1");
        String statement = signed(
                header(
                                JWSAlgorithm.ES256,
                                List.of(
                                        node.certificate(),
                                        foreign.authorities().get(0)))
                        .build(),
                node);

        refused(statement, "trusted authority");
    }

    @Test
    void verify_byAnExpiredCertificate_isRefused() {
        TlsCredentials expired =
                ca.make("old", "old").uri("urn:qkd-mesh:node:old").expired().write();

        refused(new JwsSigner(expired).sign(KIND, WORDS), "trusted authority");
    }

    @Test
    void verify_looksAtTheDateAlsoOfAChainThatItKnows() {
        Instant[] now = {Instant.now()};
        NodeVerifier patient = new JwsVerifier(ca.authorities(), new NodeClock() {
            @Override
            public long monotonicMillis() {
                return 0;
            }

            @Override
            public Instant wall() {
                return now[0];
            }
        });
        String statement = new JwsSigner(tn1).sign(KIND, WORDS);
        patient.verify(KIND, statement);
        now[0] = now[0].plus(Duration.ofDays(365));

        assertThatThrownBy(() -> patient.verify(KIND, statement))
                .isInstanceOf(InvalidSignature.class)
                .hasMessageContaining("not valid now");
    }

    @Test
    void verify_ofSomebodyElsesWordsUnderANodesCertificate_isRefused() {
        TlsCredentials other = ca.node("tn-2");
        String statement =
                signed(header(JWSAlgorithm.ES256, List.of(tn1.certificate())).build(), other);

        refused(statement, "signature");
    }

    @Test
    void verify_ofChangedWords_isRefused() {
        String[] parts = new JwsSigner(tn1).sign(KIND, WORDS).split("\\.");
        String changed = parts[0] + "." + Base64URL.encode("what nobody said") + "." + parts[2];

        refused(changed, "signature");
    }

    @Test
    void verify_withoutASignatureAtAll_isRefused() {
        String[] parts = new JwsSigner(tn1).sign(KIND, WORDS).split("\\.");

        refused(parts[0] + "." + parts[1] + ".", "");
        refused(parts[0] + "." + parts[1] + "." + Base64URL.encode(new byte[64]), "signature");
        refused(Base64URL.encode("{\"alg\":\"none\"}") + "." + parts[1] + ".", "");
        refused(
                Base64URL.encode("{\"alg\":\"none\",\"typ\":\"" + KIND + "\",\"x5c\":[\"AAAA\"]}") + "." + parts[1]
                        + ".",
                "");
    }

    @Test
    void verify_ofAnHmacUnderThePublicKey_isRefused() throws JOSEException {
        JWSObject forged = new JWSObject(
                header(JWSAlgorithm.HS256, List.of(tn1.certificate())).build(), new Payload(WORDS));
        forged.sign(new MACSigner(tn1.certificate().getPublicKey().getEncoded()));

        refused(forged.serialize(), "algorithm");
    }

    @Test
    void verify_ofAHeaderWithMoreInIt_isRefused() {
        refused(signed(header(JWSAlgorithm.ES256, tn1.chain()).keyID("x").build(), tn1), "nothing else");
        refused(
                signed(
                        header(JWSAlgorithm.ES256, tn1.chain())
                                .customParam("exp", 1)
                                .build(),
                        tn1),
                "nothing else");
        refused(
                signed(
                        header(JWSAlgorithm.ES256, tn1.chain())
                                .jwkURL(URI.create("https://localhost/"))
                                .build(),
                        tn1),
                "nothing else");
    }

    @Test
    void verify_ofAChainThatIsMissingOrTooLong_isRefused() {
        JWSHeader bare = new JWSHeader.Builder(JWSAlgorithm.ES256)
                .type(new JOSEObjectType(KIND))
                .build();
        refused(signed(bare, tn1), "x5c");
        refused(
                signed(
                        header(JWSAlgorithm.ES256, Collections.nCopies(5, tn1.certificate()))
                                .build(),
                        tn1),
                "1 to 4");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "...", "a.b.c", "e30.e30.e30", "\u0000.\u0000.\u0000", "W10.e30.AA"})
    void verify_ofNoJws_isRefused(String statement) {
        refused(statement, "");
    }

    @Test
    void verify_ofAStatementThatIsTooLong_isRefused() {
        refused("e30.".repeat(100_000), "larger than");
    }

    @Test
    void verify_ofAnyDamage_isRefusedOrTheSameWords() {
        String statement = new JwsSigner(tn1).sign(KIND, WORDS);
        Random random = new Random(7);
        Stream.generate(() -> random).limit(2_000).forEach(next -> {
            char[] chars = statement.toCharArray();
            chars[next.nextInt(chars.length)] = (char) next.nextInt(128);
            try {
                // Base64 has spare bits at the end of a part: other text, same signed bytes.
                assertThat(verifier.verify(KIND, new String(chars)).payload()).isEqualTo(WORDS);
            } catch (InvalidSignature e) {
                assertThat(e).hasMessageNotContaining("Exception");
            }
        });
    }

    private static void refused(String statement, String why) {
        assertThatThrownBy(() -> verifier.verify(KIND, statement))
                .isInstanceOf(InvalidSignature.class)
                .hasMessageContaining(why);
    }

    private static JWSHeader.Builder header(JWSAlgorithm algorithm, List<X509Certificate> certificates) {
        List<Base64> chain = new ArrayList<>();
        for (X509Certificate certificate : certificates) {
            try {
                chain.add(Base64.encode(certificate.getEncoded()));
            } catch (CertificateEncodingException e) {
                throw new IllegalStateException(e);
            }
        }
        return new JWSHeader.Builder(algorithm).type(new JOSEObjectType(KIND)).x509CertChain(chain);
    }

    private static String signed(JWSHeader header, TlsCredentials by) {
        try {
            JWSObject statement = new JWSObject(header, new Payload(WORDS));
            statement.sign(new ECDSASigner((ECPrivateKey) by.key()));
            return statement.serialize();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private static KeyPair pair(String algorithm, String curve) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
        if (curve != null) {
            generator.initialize(new ECGenParameterSpec(curve));
        }
        return generator.generateKeyPair();
    }
}
