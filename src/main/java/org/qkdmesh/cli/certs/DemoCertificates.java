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
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.qkdmesh.identity.PemFiles;
import org.qkdmesh.identity.TlsCredentials;

/**
 * The certificates of the example network in a directory: {@code ca.crt} and {@code ca.key}, and {@code <id>.crt} and
 * {@code <id>.key} of everybody in it. What is there already stays as it is.
 */
public final class DemoCertificates {

    private static final String CA = "ca";

    private final Path directory;

    public DemoCertificates(Path directory) {
        this.directory = directory;
    }

    /**
     * Makes what is missing.
     *
     * @return the ids that certificates were made for, {@code ca} among them if the authority is new
     * @throws IOException when a file cannot be written, one of a pair is missing, or the authority's key is not there;
     *     nothing was changed then, or the message names the file that could not be written
     */
    public List<String> make() throws IOException {
        List<Holder> missing = new ArrayList<>();
        for (Holder holder : Holder.EXAMPLE_NETWORK) {
            if (isMissing(holder.id())) {
                missing.add(holder);
            }
        }
        if (missing.isEmpty() && Files.exists(certificate(CA))) {
            return List.of();
        }
        Files.createDirectories(directory);
        List<String> made = new ArrayList<>();
        try {
            boolean newAuthority = isMissing(CA);
            Authority authority = newAuthority ? newAuthority(missing.size()) : authority();
            if (newAuthority) {
                made.add(CA);
            }
            for (Holder holder : missing) {
                KeyPair pair = Authority.newKey();
                write(holder.id(), pair, authority.certify(holder, pair.getPublic()));
                made.add(holder.id());
            }
        } catch (GeneralSecurityException e) {
            throw new IOException("cannot make certificates: " + e.getMessage(), e);
        }
        return made;
    }

    /** An authority of a network in which others were certified already would not be theirs. */
    private Authority newAuthority(int missing) throws IOException, GeneralSecurityException {
        if (missing < Holder.EXAMPLE_NETWORK.size()) {
            throw new IOException(certificate(CA) + " is missing, but there are certificates that it made: put it back"
                    + " with " + key(CA) + ", or remove all .crt and .key files of " + directory);
        }
        Authority authority = Authority.make();
        write(CA, new KeyPair(authority.certificate().getPublicKey(), authority.key()), authority.certificate());
        return authority;
    }

    private Authority authority() throws IOException {
        TlsCredentials credentials = PemFiles.credentials(certificate(CA), key(CA));
        return new Authority(credentials.certificate(), credentials.key());
    }

    /** Whether neither of the two files is there; one without the other is an error. */
    private boolean isMissing(String id) throws IOException {
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

    private Path certificate(String id) {
        return directory.resolve(id + ".crt");
    }

    private Path key(String id) {
        return directory.resolve(id + ".key");
    }

    /** The key first: whoever comes second finds it there and stops, so that the two files always belong together. */
    private void write(String id, KeyPair pair, Object certificate) throws IOException {
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
