package org.qkdmesh.cli.certs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.qkdmesh.identity.PemFiles;
import org.qkdmesh.identity.TlsCredentials;

/**
 * The certificates of the example network in a directory: {@code ca.crt} and {@code ca.key}, and {@code <id>.crt} and
 * {@code <id>.key} of everybody in it. What is there already stays as it is.
 */
public final class DemoCertificates {

    private static final String CA = "ca";

    private static final Duration LIFE = Duration.ofDays(730);

    private final Path directory;
    private final List<Holder> holders;
    private final CertificateFiles files;

    public DemoCertificates(Path directory) {
        this(directory, Holder.EXAMPLE_NETWORK);
    }

    private DemoCertificates(Path directory, List<Holder> holders) {
        this.directory = directory;
        this.holders = holders;
        this.files = new CertificateFiles(directory);
    }

    /** The certificates of another network of this machine. */
    public static DemoCertificates of(
            Path directory, Collection<String> nodes, Collection<String> kmes, Collection<String> saes) {
        List<Holder> holders = new ArrayList<>();
        nodes.forEach(id -> holders.add(Holder.local("node", id)));
        kmes.forEach(id -> holders.add(Holder.local("kme", id)));
        saes.forEach(id -> holders.add(Holder.local("sae", id)));
        return new DemoCertificates(directory, holders);
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
        for (Holder holder : holders) {
            if (files.isMissing(holder.id())) {
                missing.add(holder);
            }
        }
        if (missing.isEmpty() && Files.exists(files.certificate(CA))) {
            return List.of();
        }
        Files.createDirectories(directory);
        List<String> made = new ArrayList<>();
        try {
            boolean newAuthority = files.isMissing(CA);
            Authority authority = newAuthority ? newAuthority(missing.size()) : authority();
            if (newAuthority) {
                made.add(CA);
            }
            for (Holder holder : missing) {
                KeyPair pair = Authority.newKey();
                files.write(holder.id(), pair, authority.certify(holder, pair.getPublic(), LIFE));
                made.add(holder.id());
            }
        } catch (GeneralSecurityException e) {
            throw new IOException("cannot make certificates: " + e.getMessage(), e);
        }
        return made;
    }

    /** An authority of a network in which others were certified already would not be theirs. */
    private Authority newAuthority(int missing) throws IOException, GeneralSecurityException {
        if (missing < holders.size()) {
            throw new IOException(
                    files.certificate(CA) + " is missing, but there are certificates that it made: put it back"
                            + " with " + files.key(CA) + ", or remove all .crt and .key files of " + directory);
        }
        Authority authority = Authority.make();
        files.write(CA, new KeyPair(authority.certificate().getPublicKey(), authority.key()), authority.certificate());
        return authority;
    }

    private Authority authority() throws IOException {
        TlsCredentials credentials = PemFiles.credentials(files.certificate(CA), files.key(CA));
        return new Authority(credentials.certificate(), credentials.key());
    }
}
