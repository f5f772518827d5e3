package org.qkdmesh.cli.torture;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.qkdmesh.cli.torture.Violation.Rule;

/**
 * A sample of the keys that SAEs were given, to be looked for wherever no key may be: as they are, in hex and in base64.
 * Kept in memory alone. Safe for use by several threads.
 */
final class KeyTraces {

    /** Fewer bytes stand in a file by chance. */
    private static final int LEAST_BYTES = 16;

    /** So many letters tell where to look closer. */
    private static final int PREFIX = 4;

    private static final int CHUNK = 1 << 20;

    private final int most;
    private final SplittableRandom random = new SplittableRandom();
    private final List<byte[]> keys = new ArrayList<>();
    private long seen;

    /** @param most keys that are kept, whatever the number of those that come */
    KeyTraces(int most) {
        this.most = most;
    }

    /** A key was given to an SAE; each has the same chance of being kept. */
    synchronized void add(byte[] key) {
        if (key.length < LEAST_BYTES) {
            return;
        }
        seen++;
        if (keys.size() < most) {
            keys.add(key.clone());
        } else {
            long place = random.nextLong(seen);
            if (place < most) {
                keys.set((int) place, key.clone());
            }
        }
    }

    /** How many keys are looked for. */
    synchronized int size() {
        return keys.size();
    }

    /** Looks through every file below a directory. */
    Found under(Path directory) throws IOException {
        Patterns patterns = patterns();
        List<Violation> violations = new ArrayList<>();
        int files = 0;
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                try (InputStream in = Files.newInputStream(file)) {
                    patterns.in(in).ifPresent(form -> violations.add(violation(file.toString(), form)));
                    files++;
                } catch (NoSuchFileException e) {
                    // It was a temporary one.
                }
            }
        }
        return new Found(files, violations);
    }

    /** @param name what the text is called in a message */
    List<Violation> in(String name, InputStream text) throws IOException {
        return patterns().in(text).map(form -> violation(name, form)).stream().toList();
    }

    private static Violation violation(String where, String form) {
        return new Violation(Rule.WRONG_SAE, "a key that an SAE was given stands in " + where + ", " + form);
    }

    /** What came of a search. */
    record Found(int files, List<Violation> violations) {}

    private synchronized Patterns patterns() {
        Patterns patterns = new Patterns();
        for (byte[] key : keys) {
            patterns.add("as it is", key);
            patterns.add("in hex", ascii(HexFormat.of().formatHex(key)));
            patterns.add("in hex", ascii(HexFormat.of().withUpperCase().formatHex(key)));
            patterns.add("in base64", ascii(Base64.getEncoder().withoutPadding().encodeToString(key)));
            patterns.add(
                    "in base64 for URLs",
                    ascii(Base64.getUrlEncoder().withoutPadding().encodeToString(key)));
        }
        return patterns;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** Many words that are looked for at once. */
    private static final class Patterns {

        private record Pattern(String form, byte[] bytes) {}

        private final BitSet beginnings = new BitSet(1 << 16);
        private final Map<Integer, List<Pattern>> byPrefix = new HashMap<>();
        private int longest = PREFIX;

        void add(String form, byte[] bytes) {
            beginnings.set(pair(bytes, 0));
            byPrefix.computeIfAbsent(prefix(bytes, 0), any -> new ArrayList<>()).add(new Pattern(form, bytes));
            longest = Math.max(longest, bytes.length);
        }

        /** The form in which the first word that is found stands there. */
        Optional<String> in(InputStream text) throws IOException {
            byte[] window = new byte[CHUNK + longest];
            int kept = 0;
            for (int read = text.readNBytes(window, 0, CHUNK); read > 0; read = text.readNBytes(window, kept, CHUNK)) {
                int length = kept + read;
                Optional<String> found = in(window, length);
                if (found.isPresent()) {
                    return found;
                }
                // A word may begin at the end of this piece and end in the next.
                kept = Math.min(length, longest - 1);
                System.arraycopy(window, length - kept, window, 0, kept);
            }
            return Optional.empty();
        }

        private Optional<String> in(byte[] window, int length) {
            for (int at = 0; at + PREFIX <= length; at++) {
                if (!beginnings.get(pair(window, at))) {
                    continue;
                }
                for (Pattern pattern : byPrefix.getOrDefault(prefix(window, at), List.of())) {
                    int end = at + pattern.bytes().length;
                    if (end <= length && Arrays.equals(pattern.bytes(), 0, end - at, window, at, end)) {
                        return Optional.of(pattern.form());
                    }
                }
            }
            return Optional.empty();
        }

        private static int pair(byte[] bytes, int at) {
            return (bytes[at] & 0xff) << 8 | bytes[at + 1] & 0xff;
        }

        private static int prefix(byte[] bytes, int at) {
            return pair(bytes, at) << 16 | pair(bytes, at + 2);
        }
    }
}
