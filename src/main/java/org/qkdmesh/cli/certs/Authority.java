package org.qkdmesh.cli.certs;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A certificate authority and its key. Those that it makes itself have a key on P-256. */
record Authority(X509Certificate certificate, PrivateKey key) {

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final X500Principal NAME = new X500Principal("CN=qkd-mesh demo CA");
    private static final Duration LIFE = Duration.ofDays(3650);

    /** Clocks of one network differ a little. */
    private static final Duration BEFORE = Duration.ofHours(1);

    /** A new authority, good for 10 years. */
    static Authority make() throws GeneralSecurityException, IOException {
        KeyPair pair = newKey();
        X509v3CertificateBuilder builder =
                builder(NAME, X500Name.getInstance(NAME.getEncoded()), pair.getPublic(), LIFE);
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
        builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
        builder.addExtension(
                Extension.subjectKeyIdentifier,
                false,
                new JcaX509ExtensionUtils().createSubjectKeyIdentifier(pair.getPublic()));
        return new Authority(signed(builder, pair.getPrivate()), pair.getPrivate());
    }

    /** A certificate for a holder, as server and as client. */
    X509Certificate certify(Holder holder, PublicKey holderKey, Duration life)
            throws GeneralSecurityException, IOException {
        X509v3CertificateBuilder builder = builder(
                certificate.getSubjectX500Principal(),
                new X500NameBuilder(BCStyle.INSTANCE)
                        .addRDN(BCStyle.CN, holder.id())
                        .build(),
                holderKey,
                life);
        JcaX509ExtensionUtils identifiers = new JcaX509ExtensionUtils();
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
        builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
        builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(new KeyPurposeId[] {
            KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth
        }));
        builder.addExtension(Extension.subjectAlternativeName, false, names(holder));
        builder.addExtension(Extension.subjectKeyIdentifier, false, identifiers.createSubjectKeyIdentifier(holderKey));
        builder.addExtension(
                Extension.authorityKeyIdentifier, false, identifiers.createAuthorityKeyIdentifier(certificate));
        return signed(builder, key);
    }

    private static GeneralNames names(Holder holder) {
        List<GeneralName> names = new ArrayList<>();
        names.add(new GeneralName(GeneralName.uniformResourceIdentifier, holder.uri()));
        holder.dns().forEach(name -> names.add(new GeneralName(GeneralName.dNSName, name)));
        holder.ips().forEach(address -> names.add(new GeneralName(GeneralName.iPAddress, address)));
        return new GeneralNames(names.toArray(GeneralName[]::new));
    }

    static KeyPair newKey() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"), RANDOM);
        return generator.generateKeyPair();
    }

    private static X509v3CertificateBuilder builder(
            X500Principal issuer, X500Name subject, PublicKey key, Duration life) {
        Instant now = Instant.now();
        return new JcaX509v3CertificateBuilder(
                // As its bytes are, since whoever checks compares them.
                X500Name.getInstance(issuer.getEncoded()),
                new BigInteger(127, RANDOM).setBit(126),
                Date.from(now.minus(BEFORE)),
                Date.from(now.plus(life)),
                subject,
                key);
    }

    private static X509Certificate signed(X509v3CertificateBuilder builder, PrivateKey key)
            throws GeneralSecurityException {
        String algorithm = key instanceof ECKey ? "SHA256withECDSA" : "SHA256withRSA";
        try {
            return new JcaX509CertificateConverter()
                    .getCertificate(builder.build(new JcaContentSignerBuilder(algorithm).build(key)));
        } catch (OperatorCreationException e) {
            throw new GeneralSecurityException("a JDK without " + algorithm, e);
        }
    }

    @Override
    public String toString() {
        return "Authority[" + certificate.getSubjectX500Principal() + "]";
    }
}
