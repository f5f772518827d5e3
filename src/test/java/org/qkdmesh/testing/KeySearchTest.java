package org.qkdmesh.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A search that finds nothing proves nothing unless it would have found something. */
class KeySearchTest {

    private final KeySearch search = new KeySearch();
    private final byte[] key = new byte[32];

    @BeforeEach
    void know() {
        new SecureRandom().nextBytes(key);
        search.add("key", key);
    }

    private byte[] among(int before) {
        byte[] other = new byte[before + key.length + 7];
        new SecureRandom().nextBytes(other);
        System.arraycopy(key, 0, other, before, key.length);
        return other;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 100})
    void key_isFoundAnywhere_inEachForm(int before) {
        byte[] bytes = among(before);
        assertThat(search.in(bytes)).containsEntry("key, as it is", 2);
        assertThat(search.in(Base64.getEncoder().encode(bytes))).containsEntry("key, in base64", 2);
        assertThat(search.in(HexFormat.of().formatHex(bytes))).containsEntry("key, in hex", 2);
        String upper = HexFormat.of().withUpperCase().formatHex(bytes);
        assertThat(search.in(upper.getBytes(StandardCharsets.UTF_16LE))).containsKey("key, in hex");
        String base64 = "{" + Base64.getEncoder().encodeToString(bytes);
        assertThat(search.in(base64.getBytes(StandardCharsets.UTF_16BE))).containsKey("key, in base64");
    }

    @Test
    void halfAKey_isFound() {
        assertThat(search.in(Arrays.copyOfRange(key, 16, 32))).containsEntry("key, as it is", 1);
    }

    @Test
    void otherBytes_areNotFound_norAreThoseThatMayBeThereAsTheyAre() {
        byte[] other = among(5);
        other[5 + 15]++;
        other[5 + 31]++;
        assertThat(search.in(other)).isEmpty();
        KeySearch texts = new KeySearch();
        texts.addTexts("key", key);
        assertThat(texts.in(key)).isEmpty();
        assertThat(texts.in(Base64.getEncoder().encodeToString(key))).isNotEmpty();
    }

    @Test
    void files_areSearched_withTheirDirectories(@TempDir Path folder) throws Exception {
        Files.createDirectories(folder.resolve("one/two"));
        Files.write(folder.resolve("one/two/three"), among(3));
        Files.write(folder.resolve("empty"), new byte[0]);
        assertThat(search.in(folder)).containsEntry("key, as it is", 2);
    }
}
