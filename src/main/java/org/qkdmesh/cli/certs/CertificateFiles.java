package org.qkdmesh.cli.certs;

import java.io.IOException;
import java.io.OutputStreamWriter;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.util.Set;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;

/** A directory with {@code <id>.crt} and {@code <id>.key} of each holder. Files that are there are never written over. */
record CertificateFiles(Path directory) {

    Path certificate(String id) {
        return directory.resolve(id + ".crt");
    }

    Path key(String id) {
        return directory.resolve(id + ".key");
    }

    /**
     * Whether neither of the two files is there.
     *
     * @throws IOException when there is one without the other
     */
    boolean isMissing(String id) throws IOException {
        boolean certificate = Files.exists(certificate(id));
        boolean key = Files.exists(key(id));
        if (certificate != key) {
            Path there = certificate ? certificate(id) : key(id);
            Path gone = certificate ? key(id) : certificate(id);
            throw new IOException(
                    gone + " is missing, but " + there + " is there: put the one back, or remove the other");
        }
        return !certificate;
    }

    /** The key first: whoever comes second finds it there and stops, so that the two files always belong together. */
    void write(String id, KeyPair pair, X509Certificate certificate) throws IOException {
        write(key(id), "rw-------", new JcaPKCS8Generator(pair.getPrivate(), null));
        write(certificate(id), "rw-r--r--", certificate);
    }

    /** Makes a new file, with its mode from the first moment on. */
    private static void write(Path file, String mode, Object content) throws IOException {
        try (SeekableByteChannel channel = Files.newByteChannel(
                        file,
                        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode)));
                JcaPEMWriter pem = new JcaPEMWriter(
                        new OutputStreamWriter(Channels.newOutputStream(channel), StandardCharsets.US_ASCII))) {
            pem.writeObject(content);
        } catch (FileAlreadyExistsException e) {
            throw new IOException(file + " was made by somebody else at the same moment, try again", e);
        }
    }
}
