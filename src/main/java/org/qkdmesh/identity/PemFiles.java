package org.qkdmesh.identity;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.qkdmesh.model.OwnerOnly;

/**
 * Reads certificates and keys from PEM files. Whatever is wrong becomes an {@link IOException} whose message names the
 * file and what was expected there, and never shows what the file holds. Files beyond 1 MiB are refused.
 */
public final class PemFiles {

    private static final int MAX_BYTES = 1 << 20;
    private static final String CERTIFICATE = "CERTIFICATE";
    private static final String PRIVATE_KEY = "PRIVATE KEY";

    private PemFiles() {}

    /** A chain, leaf first, or a bundle of certificate authorities: the certificates of the file in their order. */
    public static List<X509Certificate> certificates(Path file) throws IOException {
        List<X509Certificate> found = new ArrayList<>();
        for (byte[] der : blocks(file, CERTIFICATE)) {
            try {
                CertificateFactory factory = CertificateFactory.getInstance("X.509");
                found.add((X509Certificate) factory.generateCertificate(new ByteArrayInputStream(der)));
            } catch (CertificateException e) {
                throw new IOException(file + ": certificate " + (found.size() + 1) + " is not an X.509 certificate", e);
            }
        }
        if (found.isEmpty()) {
            throw new IOException(file + ": expected a PEM certificate (-----BEGIN CERTIFICATE-----)");
        }
        return List.copyOf(found);
    }

    /** One unencrypted PKCS#8 key, EC or RSA, in a file that nobody but its owner may read. */
    public static PrivateKey privateKey(Path file) throws IOException {
        List<byte[]> keys = blocks(file, PRIVATE_KEY);
        try {
            if (keys.size() != 1) {
                throw new IOException(file
                        + ": expected one unencrypted private key in PKCS#8 form (-----BEGIN PRIVATE KEY-----), found "
                        + keys.size());
            }
            OwnerOnly.require(file);
            PKCS8EncodedKeySpec spec = new PKCS8EncodedKeySpec(keys.get(0));
            for (String algorithm : List.of("EC", "RSA")) {
                try {
                    return KeyFactory.getInstance(algorithm).generatePrivate(spec);
                } catch (GeneralSecurityException e) {
                    // It is a key of the other kind, or none at all.
                    continue;
                }
            }
            throw new IOException(file + ": expected an EC or RSA key in PKCS#8 form");
        } finally {
            keys.forEach(key -> Arrays.fill(key, (byte) 0));
        }
    }

    /** The chain and its key, known to belong together. */
    public static TlsCredentials credentials(Path certificate, Path key) throws IOException {
        List<X509Certificate> chain = certificates(certificate);
        PrivateKey privateKey = privateKey(key);
        try {
            return new TlsCredentials(chain, privateKey);
        } catch (IllegalArgumentException e) {
            throw new IOException(key + ": the key does not belong to the certificate in " + certificate, e);
        }
    }

    private static List<byte[]> blocks(Path file, String kind) throws IOException {
        byte[] content = read(file);
        try {
            return blocks(file, kind, content);
        } finally {
            Arrays.fill(content, (byte) 0);
        }
    }

    /** Works on bytes, not on text, so that a key leaves no String behind. */
    private static List<byte[]> blocks(Path file, String kind, byte[] content) throws IOException {
        byte[] begin = ("-----BEGIN " + kind + "-----").getBytes(StandardCharsets.US_ASCII);
        byte[] end = ("-----END " + kind + "-----").getBytes(StandardCharsets.US_ASCII);
        List<byte[]> found = new ArrayList<>();
        int from = indexOf(content, begin, 0);
        while (from >= 0) {
            int start = from + begin.length;
            int stop = indexOf(content, end, start);
            if (stop < 0) {
                throw new IOException(file + ": no end of the " + kind + " block");
            }
            byte[] base64 = Arrays.copyOfRange(content, start, stop);
            try {
                found.add(Base64.getMimeDecoder().decode(base64));
            } catch (IllegalArgumentException e) {
                throw new IOException(file + ": a " + kind + " block is not base64", e);
            } finally {
                Arrays.fill(base64, (byte) 0);
            }
            from = indexOf(content, begin, stop);
        }
        return found;
    }

    private static byte[] read(Path file) throws IOException {
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new IOException(file + ": larger than 1 MiB");
            }
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw new IOException(file + ": no such file", e);
        }
    }

    private static int indexOf(byte[] text, byte[] wanted, int from) {
        for (int i = from; i <= text.length - wanted.length; i++) {
            if (Arrays.equals(text, i, i + wanted.length, wanted, 0, wanted.length)) {
                return i;
            }
        }
        return -1;
    }
}
