package org.qkdmesh.cli.torture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.qkdmesh.cli.torture.Violation.Rule;

class KeyTracesTest {

    private static final int A_PIECE = 1 << 20;

    @TempDir
    private Path folder;

    private final Random random = new Random(1);
    private final KeyTraces traces = new KeyTraces(50);

    private static Stream<Arguments> forms() {
        return Stream.of(
                form("as it is", key -> key),
                form("in hex", key -> ascii(HexFormat.of().formatHex(key))),
                form("in hex", key -> ascii(HexFormat.of().withUpperCase().formatHex(key))),
                form("in base64", key -> Base64.getEncoder().encode(key)),
                form("in base64 for URLs", key -> Base64.getUrlEncoder().encode(key)));
    }

    private static Arguments form(String name, Function<byte[], byte[]> form) {
        return Arguments.of(name, form);
    }

    @ParameterizedTest
    @MethodSource("forms")
    void keyInAFile_isFound_alsoWhereTwoPiecesMeet(String name, Function<byte[], byte[]> form) throws IOException {
        byte[] key = sample();
        byte[] text = bytes(2 * A_PIECE);
        byte[] written = form.apply(key);
        System.arraycopy(written, 0, text, A_PIECE - written.length / 2, written.length);
        Files.createDirectories(folder.resolve("data"));
        Path file = Files.write(folder.resolve("data").resolve("store"), text);
        Files.write(folder.resolve("log"), bytes(100));

        KeyTraces.Found found = traces.under(folder);

        assertThat(found.files()).isEqualTo(2);
        assertThat(found.violations()).singleElement().satisfies(violation -> {
            assertThat(violation.rule()).isEqualTo(Rule.WRONG_SAE);
            assertThat(violation.what()).contains(file.toString(), name);
        });
        assertThat(traces.in("metrics", new ByteArrayInputStream(written))).hasSize(1);
    }

    @Test
    void filesWithoutAKey_areInOrder() throws IOException {
        byte[] key = sample();
        Files.write(folder.resolve("log"), bytes(3 * A_PIECE));
        Files.write(folder.resolve("half"), ascii(HexFormat.of().formatHex(key, 0, key.length / 2)));
        Files.write(folder.resolve("empty"), new byte[0]);

        assertThat(traces.under(folder).violations()).isEmpty();
    }

    @Test
    void sample_hasItsSize_andKeepsLateKeysAsWellAsEarlyOnes() throws IOException {
        int late = 0;
        for (int i = 0; i < 100; i++) {
            byte[] key = bytes(32);
            traces.add(key);
            late += i >= 50 && !traces.in("", new ByteArrayInputStream(key)).isEmpty() ? 1 : 0;
        }
        assertThat(traces.size()).isEqualTo(50);
        assertThat(late).isBetween(15, 49);
    }

    private byte[] sample() {
        for (int i = 0; i < 20; i++) {
            traces.add(bytes(32));
        }
        byte[] key = bytes(32);
        traces.add(key);
        return key;
    }

    private byte[] bytes(int number) {
        byte[] bytes = new byte[number];
        random.nextBytes(bytes);
        return bytes;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
