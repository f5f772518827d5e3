package org.qkdmesh.config;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.qkdmesh.model.NearestName;

/** Looks at the files that a configuration names. */
final class FileChecks {

    /** A check that tells what is wrong by its exception's message. */
    @FunctionalInterface
    interface Requirement {
        void check() throws IOException;
    }

    /** A directory with more files than this is not one of certificates. */
    private static final int MOST_NAMES = 1000;

    private final CertificateRules certificates;

    FileChecks(CertificateRules certificates) {
        this.certificates = certificates;
    }

    /** The file under {@code key}, if there is that key, holds certificates. */
    boolean certificates(Section section, String key) {
        Optional<Path> file = readable(section, key);
        return file.isPresent() && holds(section, key, () -> certificates.requireCertificates(file.get()));
    }

    /** The files under the two keys, if they are there, hold a certificate and its key. */
    boolean credentials(Section section, String certificateKey, String keyKey) {
        boolean certificate = certificates(section, certificateKey);
        Optional<Path> key = readable(section, keyKey);
        return certificate
                && key.isPresent()
                && holds(
                        section,
                        keyKey,
                        () -> certificates.requireKeyOf(
                                section.path(certificateKey).orElseThrow(), key.get()));
    }

    /** The requirement holds, or else it is a mistake at {@code key}. */
    boolean holds(Section section, String key, Requirement requirement) {
        try {
            requirement.check();
            return true;
        } catch (IOException e) {
            section.mistake(key, e.getMessage());
            return false;
        }
    }

    private static Optional<Path> readable(Section section, String key) {
        return section.path(key).filter(file -> {
            if (!Files.exists(file)) {
                section.mistake(key, "no such file: " + file + suggestion(file));
            } else if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
                section.mistake(key, "expected a file that can be read: " + file);
            }
            return Files.isRegularFile(file) && Files.isReadable(file);
        });
    }

    /** The file beside a missing one that was probably meant, as the end of a sentence; else nothing. */
    static String suggestion(Path missing) {
        Path directory = missing.toAbsolutePath().getParent();
        try (Stream<Path> there = Files.list(directory)) {
            List<String> names = there.map(file -> file.getFileName().toString())
                    .limit(MOST_NAMES)
                    .sorted()
                    .toList();
            return NearestName.of(missing.getFileName().toString(), names)
                    .map(name -> ", did you mean " + missing.resolveSibling(name) + "?")
                    .orElse("");
        } catch (IOException | UncheckedIOException e) {
            // There is no such directory either, or it is not ours to look into.
            return "";
        }
    }
}
