package org.qkdmesh.testing;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Looks for known key bytes wherever no key may be: as they are, in hex, and in base64 wherever they may stand in what is
 * encoded; texts also as UTF-16, as they are in memory. Each piece of 16 bytes of a key is looked for.
 */
public final class KeySearch {

    private static final int PIECE = 16;

    /** So many bytes tell where to look closer. */
    private static final int BEGINNING = Long.BYTES;

    private static final int HASH_BITS = 24;

    private static final List<Charset> TEXTS =
            List.of(StandardCharsets.US_ASCII, StandardCharsets.UTF_16BE, StandardCharsets.UTF_16LE);

    private record Word(String found, byte[] bytes) {}

    private final BitSet hashes = new BitSet(1 << HASH_BITS);
    private final Map<Long, List<Word>> words = new HashMap<>();

    /**
     * Looks for these bytes in every form.
     *
     * @param what they are called when they are found
     * @param key of 16 bytes or more
     */
    public void add(String what, byte[] key) {
        pieces(key).forEach(piece -> {
            put(what + ", as it is", piece);
            putTexts(what, piece);
        });
    }

    /** Looks for these bytes in hex and in base64, but not as they are. */
    public void addTexts(String what, byte[] key) {
        pieces(key).forEach(piece -> putTexts(what, piece));
    }

    private static Stream<byte[]> pieces(byte[] key) {
        if (key.length < PIECE) {
            throw new IllegalArgumentException("so few bytes may stand anywhere by chance");
        }
        return Stream.iterate(0, from -> from + PIECE <= key.length, from -> from + PIECE)
                .map(from -> Arrays.copyOfRange(key, from, from + PIECE));
    }

    private void putTexts(String what, byte[] piece) {
        putText(what + ", in hex", HexFormat.of().formatHex(piece));
        putText(what + ", in hex", HexFormat.of().withUpperCase().formatHex(piece));
        for (int before = 0; before < 3; before++) {
            String base64 = base64(piece, before);
            putText(what + ", in base64", base64);
            String forUrls = base64.replace('+', '-').replace('/', '_');
            if (!forUrls.equals(base64)) {
                putText(what + ", in base64 for URLs", forUrls);
            }
        }
    }

    /** Those letters that depend on the piece alone, when so many other bytes stand before it. */
    private static String base64(byte[] piece, int before) {
        byte[] shifted = new byte[before + piece.length];
        System.arraycopy(piece, 0, shifted, before, piece.length);
        String text = Base64.getEncoder().withoutPadding().encodeToString(shifted);
        int first = (before * 8 + 5) / 6;
        int end = shifted.length * 8 / 6;
        return text.substring(first, end);
    }

    private void putText(String found, String text) {
        TEXTS.forEach(charset -> put(found, text.getBytes(charset)));
    }

    private void put(String found, byte[] bytes) {
        long beginning = ByteBuffer.wrap(bytes).getLong();
        hashes.set(hash(beginning));
        words.computeIfAbsent(beginning, any -> new ArrayList<>()).add(new Word(found, bytes));
    }

    private static int hash(long beginning) {
        return (int) (beginning * 0x9E3779B97F4A7C15L >>> Long.SIZE - HASH_BITS);
    }

    /** What stands in a text, and how often. */
    public Map<String, Integer> in(String text) {
        return in(text.getBytes(StandardCharsets.UTF_8));
    }

    /** What stands there, and how often. */
    public Map<String, Integer> in(byte[] bytes) {
        return in(ByteBuffer.wrap(bytes));
    }

    /** What stands in a file, or in the files below a directory, and how often. */
    public Map<String, Integer> in(Path path) throws IOException {
        Map<String, Integer> found = new TreeMap<>();
        try (Stream<Path> files = Files.walk(path)) {
            for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
                try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
                    in(channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size()))
                            .forEach((what, times) -> found.merge(what, times, Integer::sum));
                }
            }
        }
        return found;
    }

    private Map<String, Integer> in(ByteBuffer bytes) {
        Map<String, Integer> found = new TreeMap<>();
        long window = 0;
        for (int at = 0; at < bytes.limit(); at++) {
            window = window << Byte.SIZE | bytes.get(at) & 0xff;
            if (hashes.get(hash(window))) {
                int start = at + 1 - BEGINNING;
                for (Word word : words.getOrDefault(window, List.of())) {
                    if (stands(word.bytes(), bytes, start)) {
                        found.merge(word.found(), 1, Integer::sum);
                    }
                }
            }
        }
        return found;
    }

    private static boolean stands(byte[] word, ByteBuffer bytes, int start) {
        if (start < 0 || start + word.length > bytes.limit()) {
            return false;
        }
        for (int i = 0; i < word.length; i++) {
            if (bytes.get(start + i) != word[i]) {
                return false;
            }
        }
        return true;
    }
}
