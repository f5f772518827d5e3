package org.qkdmesh.kme;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.qkdmesh.model.KeyId;

class SeenIdsTest {

    @Test
    void idsAreSeen_untilSoManyOthersCame_asInAPlainList() {
        for (int most : new int[] {1, 2, 8, 64}) {
            SeenIds seen = new SeenIds(most);
            Deque<KeyId> plain = new ArrayDeque<>();
            Random random = new Random(most);
            for (int i = 0; i < 4_000; i++) {
                // Ids that count up as those of a KME might, some of them again and again.
                KeyId id = new KeyId(new UUID(7, random.nextInt(3 * most)));
                assertThat(seen.contains(id)).isEqualTo(plain.contains(id));
                assertThat(seen.add(id)).as("%s of %s", id, plain).isEqualTo(!plain.contains(id));
                if (!plain.contains(id)) {
                    plain.addLast(id);
                    if (plain.size() > most) {
                        plain.removeFirst();
                    }
                }
            }
        }
    }

    @Test
    void asManyAsAreKept_areAllKnown_andThoseBeforeThemAreNot() {
        SeenIds seen = new SeenIds();
        int before = 1_000;
        for (int i = 0; i < before + SeenIds.MOST; i++) {
            assertThat(seen.add(id(i))).isTrue();
        }
        for (int i = 0; i < before + SeenIds.MOST; i++) {
            assertThat(seen.contains(id(i))).isEqualTo(i >= before);
        }
    }

    private static KeyId id(int number) {
        return new KeyId(new UUID(number, 0));
    }
}
