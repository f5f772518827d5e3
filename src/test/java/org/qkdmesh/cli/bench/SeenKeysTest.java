package org.qkdmesh.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class SeenKeysTest {

    private final SeenKeys seen = new SeenKeys();

    @Test
    void keysAndIds_areFreshOnce_howeverManyThereAre() {
        SecureRandom random = new SecureRandom();
        byte[][] keys = new byte[50_000][32];
        String[] ids = new String[keys.length];
        for (int i = 0; i < keys.length; i++) {
            random.nextBytes(keys[i]);
            ids[i] = UUID.randomUUID().toString();
            assertThat(seen.addKey(keys[i])).isTrue();
            assertThat(seen.addId(ids[i])).isTrue();
        }
        for (int i = 0; i < keys.length; i++) {
            assertThat(seen.addKey(keys[i])).isFalse();
            assertThat(seen.addId(ids[i])).isFalse();
        }
    }

    @Test
    void keyOfZeros_isAKeyLikeOthers() {
        byte[] zeros = new byte[32];

        assertThat(seen.addKey(zeros)).isTrue();
        assertThat(seen.addKey(zeros)).isFalse();
    }

    @Test
    void shortKeys_mayRepeat_sinceChanceRepeatsThem() {
        byte[] tiny = ByteBuffer.allocate(4).putInt(7).array();

        assertThat(seen.addKey(tiny)).isTrue();
        assertThat(seen.addKey(tiny)).isTrue();
    }
}
