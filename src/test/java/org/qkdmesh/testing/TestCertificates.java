package org.qkdmesh.testing;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.qkdmesh.identity.PemFiles;
import org.qkdmesh.identity.TlsCredentials;

/**
 * A certificate authority of a test's own and certificates made by it, as PEM files in a directory: {@code ca.crt},
 * {@code <id>.crt}, {@code <id>.key} (P-256, PKCS#8), made like those of the example network: CN = id, URI
 * {@code urn:qkd-mesh:<role>:<id>}, DNS {@code localhost}, IP {@code 127.0.0.1} and {@code ::1}. An authority that
 * nobody trusts is another instance in another directory.
 */
public final class TestCertificates {

    private final Path directory;
    private final KeyPair authority = keyPair();
    private final X500Name authorityName;
    private final X509Certificate authorityCertificate;

    public TestCertificates(Path directory) {
        this(directory, "qkd-mesh test CA");
    }

    public TestCertificates(Path directory, String authorityCn) {
        this.directory = directory;
        this.authorityName = new X500Name("CN=" + authorityCn);
        Instant now = Instant.now();
        this.authorityCertificate = issue(
                authorityName, authority, now.minus(Duration.ofDays(1)), now.plus(Duration.ofDays(30)), List.of());
        write(ca(), authorityCertificate);
    }

    public Path directory() {
        return directory;
    }

    public Path ca() {
        return directory.resolve("ca.crt");
    }

    public List<X509Certificate> authorities() {
        return List.of(authorityCertificate);
    }

    public Path certificate(String id) {
        return directory.resolve(id + ".crt");
    }

    public Path key(String id) {
        return directory.resolve(id + ".key");
    }

    public TlsCredentials node(String id) {
        return make(id, id).uri("urn:qkd-mesh:node:" + id).local().write();
    }

    public TlsCredentials sae(String id) {
        return make(id, id).uri("urn:qkd-mesh:sae:" + id).local().write();
    }

    public TlsCredentials kme(String id) {
        return make(id, id).uri("urn:qkd-mesh:kme:" + id).local().write();
    }

    /** A certificate of one's own making: nothing in it but the common name until something is added. */
    public Request make(String fileName, String commonName) {
        return new Request(fileName, new X500Name("CN=" + commonName));
    }

    /** A certificate being described; {@link #write} makes it and its files. */
    public final class Request {

        private final String fileName;
        private final X500Name subject;
        private final List<GeneralName> names = new ArrayList<>();
        private KeyPair pair = keyPair();
        private Instant from = Instant.now().minus(Duration.ofHours(1));
        private Instant until = Instant.now().plus(Duration.ofDays(10));

        private Request(String fileName, X500Name subject) {
            this.fileName = fileName;
            this.subject = subject;
        }

        public Request uri(String uri) {
            names.add(new GeneralName(GeneralName.uniformResourceIdentifier, uri));
            return this;
        }

        public Request dns(String name) {
            names.add(new GeneralName(GeneralName.dNSName, name));
            return this;
        }

        public Request ip(String address) {
            names.add(new GeneralName(GeneralName.iPAddress, address));
            return this;
        }

        public Request local() {
            return dns("localhost").ip("127.0.0.1").ip("::1");
        }

        /** A key of another kind than P-256. */
        public Request withKey(KeyPair other) {
            pair = other;
            return this;
        }

        public Request expired() {
            return between(
                    Instant.now().minus(Duration.ofDays(2)), Instant.now().minus(Duration.ofDays(1)));
        }

        public Request between(Instant first, Instant last) {
            from = first;
            until = last;
            return this;
        }

        public TlsCredentials write() {
            TestCertificates.this.write(certificate(fileName), issue(subject, pair, from, until, names));
            writeKey(key(fileName), pair.getPrivate());
            try {
                return PemFiles.credentials(certificate(fileName), key(fileName));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private X509Certificate issue(
            X500Name subject, KeyPair pair, Instant from, Instant until, List<GeneralName> names) {
        boolean ownAuthority = subject.equals(authorityName);
        X509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                authorityName,
                new BigInteger(120, new SecureRandom()),
                Date.from(from),
                Date.from(until),
                subject,
                pair.getPublic());
        try {
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(ownAuthority));
            builder.addExtension(
                    Extension.keyUsage,
                    true,
                    new KeyUsage(ownAuthority ? KeyUsage.keyCertSign | KeyUsage.cRLSign : KeyUsage.digitalSignature));
            if (!ownAuthority) {
                builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(new KeyPurposeId[] {
                    KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth
                }));
            }
            if (!names.isEmpty()) {
                builder.addExtension(
                        Extension.subjectAlternativeName, false, new GeneralNames(names.toArray(GeneralName[]::new)));
            }
            return new JcaX509CertificateConverter()
                    .getCertificate(builder.build(
                            new JcaContentSignerBuilder("SHA256withECDSA").build(authority.getPrivate())));
        } catch (CertIOException | GeneralSecurityException | OperatorCreationException e) {
            throw new IllegalStateException("a test certificate", e);
        }
    }

    private void writeKey(Path file, PrivateKey key) {
        try {
            write(file, new JcaPKCS8Generator(key, null));
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void write(Path file, Object content) {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter pem = new JcaPEMWriter(text)) {
            pem.writeObject(content);
            pem.flush();
            Files.createDirectories(directory);
            Files.writeString(file, text.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static KeyPair keyPair() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a JDK without P-256", e);
        }
    }
}
