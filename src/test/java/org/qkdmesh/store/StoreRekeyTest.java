package org.qkdmesh.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.qkdmesh.store.Rows.A_TO_B;
import static org.qkdmesh.store.Rows.id;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qkdmesh.model.OwnerOnly;
import org.qkdmesh.testing.ManualClock;
import org.qkdmesh.testing.ReportedKinds;

/** The key-encryption key is changed, and a crash at any moment leaves the store with one of the two. */
class StoreRekeyTest {

    private static final int KEYS = 20;

    @TempDir
    Path folder;

    private final ReportedKinds events = new ReportedKinds();
    private Path data;
    private Path kek;

    @BeforeEach
    void makeStore() {
        data = folder.resolve("tn-1");
        kek = data.resolve("kek");
        for (int run = 0; run < 2; run++) {
            int first = run * KEYS / 2;
            try (SqliteStore store = open()) {
                store.transact(tx -> {
                    for (int i = first; i < first + KEYS / 2; i++) {
                        tx.putKey(Rows.key(i, A_TO_B, 0, Long.MAX_VALUE));
                    }
                    return null;
                });
            }
        }
    }

    private SqliteStore open() {
        return SqliteStore.open(data, new ManualClock(), events);
    }

    private int changeKek() {
        try (SqliteStore store = open()) {
            return store.changeKek();
        }
    }

    private void everyKeyOpens() {
        try (SqliteStore store = open()) {
            everyKeyOpens(store);
        }
        assertThat(events.alarms).isEmpty();
        assertThat(data.resolve("kek.next")).doesNotExist();
    }

    private static void everyKeyOpens(SqliteStore store) {
        for (int i = 0; i < KEYS; i++) {
            int number = i;
            store.transact(tx -> {
                assertThat(tx.key(id(number), Rows.B).orElseThrow().bytes())
                        .isEqualTo(Rows.key(number, A_TO_B, 0, 0).bytes());
                return null;
            });
        }
    }

    /** A copy of the directory as it is. */
    private Path copy(String name) throws IOException {
        Path copy = Files.createDirectory(folder.resolve(name), OwnerOnly.DIRECTORY);
        try (Stream<Path> files = Files.list(data)) {
            for (Path file : files.toList()) {
                Files.copy(file, copy.resolve(file.getFileName()), StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
        return copy;
    }

    private static void put(byte[] key, Path file) throws IOException {
        Files.deleteIfExists(file);
        Files.createFile(file, OwnerOnly.FILE);
        Files.write(file, key);
    }

    /** Where the next key is to be written lies something that is none. */
    private void keepFromBeingChanged() throws IOException {
        Files.createDirectories(data.resolve("kek.next").resolve("x"));
    }

    private void letBeChanged() throws IOException {
        Files.delete(data.resolve("kek.next").resolve("x"));
        Files.delete(data.resolve("kek.next"));
    }

    @Test
    void everyKeyOpensWithTheNewKey_andNothingWithTheFormer_whichIsOverwritten() throws IOException {
        byte[] former = Files.readAllBytes(kek);
        Path sameFile = Files.createLink(folder.resolve("former"), kek);

        try (SqliteStore store = open()) {
            assertThat(store.changeKek()).as("of two runs and this one").isEqualTo(3);
            everyKeyOpens(store);
        }

        assertThat(Files.readAllBytes(kek)).hasSize(32).isNotEqualTo(former);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(kek)))
                .isEqualTo("rw-------");
        assertThat(Files.readAllBytes(sameFile)).isEqualTo(new byte[32]);
        everyKeyOpens();
        put(former, kek);
        assertThatThrownBy(this::open).isInstanceOf(StoreFailure.class).hasMessageContaining("is not the key of");
    }

    @Test
    void crashBeforeTheDatabaseKnowsTheNextKey_leavesTheFormer() throws IOException {
        for (int written : List.of(0, 16, 32)) {
            byte[] former = Files.readAllBytes(kek);
            byte[] next = new byte[32];
            Arrays.fill(next, (byte) 7);
            put(Arrays.copyOf(next, written), data.resolve("kek.next"));
            assertThat(StoreInspection.of(data).orElseThrow().isSound()).isTrue();

            everyKeyOpens();

            assertThat(Files.readAllBytes(kek)).isEqualTo(former);
        }
    }

    @Test
    void crashAfterTheDatabaseKnowsTheNextKey_leavesThat() throws IOException {
        byte[] former = Files.readAllBytes(kek);
        changeKek();
        byte[] next = Files.readAllBytes(kek);
        for (byte[] under : List.of(former, new byte[32])) {
            put(under, kek);
            put(next, data.resolve("kek.next"));
            assertThat(StoreInspection.of(data).orElseThrow().isSound()).isTrue();

            everyKeyOpens();

            assertThat(Files.readAllBytes(kek)).isEqualTo(next);
        }
    }

    @Test
    void crashAfterAnyStep_leavesOneKeyThatOpensTheStore_andTheFormerOverwritten() throws IOException {
        byte[] former = Files.readAllBytes(kek);
        Path formersFile = Files.createLink(folder.resolve("former"), kek);
        Map<DurableStep, Path> crashed = new EnumMap<>(DurableStep.class);
        List<DurableStep> withoutAName = new ArrayList<>();
        try (SqliteStore store = open()) {
            store.changeKek(step -> {
                try {
                    crashed.put(step, copy("after-" + step));
                    if (!Files.isSameFile(kek, formersFile) && !isOverwritten(formersFile)) {
                        withoutAName.add(step);
                    }
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
        assertThat(crashed)
                .containsOnlyKeys(
                        DurableStep.KEK_DRAWN,
                        DurableStep.KEK_WRAPPED,
                        DurableStep.KEK_OVERWRITTEN,
                        DurableStep.KEK_REPLACED);
        assertThat(withoutAName)
                .as("when the former key lay in blocks of the disk that no file has")
                .isEmpty();
        for (Map.Entry<DurableStep, Path> crash : crashed.entrySet()) {
            data = crash.getValue();
            Path before = Files.createLink(folder.resolve("before-" + crash.getKey()), data.resolve("kek"));

            everyKeyOpens();

            boolean taken = crash.getKey() != DurableStep.KEK_DRAWN;
            assertThat(Arrays.equals(Files.readAllBytes(data.resolve("kek")), former))
                    .as("the former holds after %s", crash.getKey())
                    .isEqualTo(!taken);
            assertThat(Files.isSameFile(before, data.resolve("kek")) || isOverwritten(before))
                    .isTrue();
        }
    }

    private static boolean isOverwritten(Path file) throws IOException {
        return Arrays.equals(Files.readAllBytes(file), new byte[32]);
    }

    @Test
    void crashWhileTheFileIsTriedWhetherItCanBeReplaced_leavesItsKey() throws IOException {
        byte[] own = Files.readAllBytes(kek);
        Files.move(kek, data.resolve("kek.next"));

        everyKeyOpens();

        assertThat(Files.readAllBytes(kek)).isEqualTo(own);
        Path elsewhere = Files.createDirectory(folder.resolve("volume")).resolve("tn-1.kek");
        Files.move(kek, elsewhere.resolveSibling("tn-1.kek.next"));
        Files.createSymbolicLink(kek, elsewhere);

        everyKeyOpens();

        assertThat(Files.readAllBytes(elsewhere)).isEqualTo(own);
    }

    @Test
    void crashInTheLogAlone_leavesTheKeyThatTheLogKnows() throws IOException {
        byte[] former = Files.readAllBytes(kek);
        try (SqliteStore store = open()) {
            store.changeKek();
            byte[] next = Files.readAllBytes(kek);
            Path crashed = copy("crashed");
            put(former, crashed.resolve("kek"));
            put(next, crashed.resolve("kek.next"));
            data = crashed;
        }
        assertThat(data.resolve("store.db-wal")).isNotEmptyFile();
        everyKeyOpens();
    }

    @Test
    void changeThatWasCutShort_isFinishedBeforeTheNext() throws IOException {
        byte[] former = Files.readAllBytes(kek);
        changeKek();
        Files.move(kek, data.resolve("kek.next"));
        put(former, kek);

        changeKek();

        everyKeyOpens();
    }

    @Test
    void neitherOfTheTwo_isRefused_andBothStay() throws IOException {
        byte[] own = Files.readAllBytes(kek);
        put(new byte[32], kek);
        put(new byte[32], data.resolve("kek.next"));
        assertThatThrownBy(this::open).isInstanceOf(StoreFailure.class).hasMessageContaining("is not the key of");
        assertThat(data.resolve("kek.next")).exists();
        put(own, kek);
        everyKeyOpens();
    }

    @Test
    void kekBehindASymbolicLink_isChangedThere() throws IOException {
        Path elsewhere = Files.createDirectory(folder.resolve("volume")).resolve("tn-1.kek");
        Files.move(kek, elsewhere);
        Files.createSymbolicLink(kek, elsewhere);
        byte[] former = Files.readAllBytes(elsewhere);

        changeKek();

        assertThat(Files.isSymbolicLink(kek)).isTrue();
        assertThat(Files.readAllBytes(elsewhere)).isNotEqualTo(former);
        everyKeyOpens();
    }

    @Test
    void kekThatCanNotBeChanged_staysAsItIs_andTheStoreGoesOn() throws IOException {
        byte[] former = Files.readAllBytes(kek);
        keepFromBeingChanged();
        try (SqliteStore store = open()) {
            assertThatThrownBy(store::changeKek)
                    .isInstanceOf(StoreFailure.class)
                    .hasMessageContaining("the key-encryption key stays as it is: ");
            assertThat(store.trouble()).isEmpty();
            everyKeyOpens(store);
        }
        assertThat(Files.readAllBytes(kek)).isEqualTo(former);
        letBeChanged();
        everyKeyOpens();
    }

    @Test
    void destructionOfAllKeys_whereTheKeyCanNotBeChanged_destroysTheRest_saysSo_andCanBeRepeated() throws IOException {
        byte[] former = Files.readAllBytes(kek);
        keepFromBeingChanged();
        try (SqliteStore store = open()) {
            assertThatThrownBy(() -> store.destroyKeys(tx -> tx.removeKeysStoredBefore(Long.MAX_VALUE)))
                    .isInstanceOf(StoreFailure.class)
                    .hasMessageContaining("the keys are removed, but the key-encryption key is not: ");
            int keys = store.transact(StoreTransaction::countKeys);
            assertThat(keys).isZero();
            assertThat(Files.readAllBytes(kek)).isEqualTo(former);
            letBeChanged();
            store.destroyKeys(tx -> tx.removeKeysStoredBefore(Long.MAX_VALUE));
            assertThat(Files.readAllBytes(kek)).isNotEqualTo(former);
        }
    }

    @Test
    void destructionOfAllKeys_destroysTheKeyEncryptionKeyToo() throws IOException {
        Path sameFile = Files.createLink(folder.resolve("former"), kek);
        byte[] former = Files.readAllBytes(kek);
        Path before = copy("before");
        try (SqliteStore store = open()) {
            store.destroyKeys(tx -> tx.removeKeysStoredBefore(Long.MAX_VALUE));

            assertThat(Files.readAllBytes(sameFile)).isEqualTo(new byte[32]);
            try (Stream<Path> files = Files.list(data)) {
                for (Path file : files.toList()) {
                    assertThat(Files.readString(file, StandardCharsets.ISO_8859_1))
                            .doesNotContain(new String(former, StandardCharsets.ISO_8859_1));
                }
            }
            store.transact(tx -> {
                tx.putKey(Rows.key(1, A_TO_B, 0, Long.MAX_VALUE));
                return null;
            });
        }
        byte[] next = Files.readAllBytes(kek);
        try (SqliteStore store = open()) {
            boolean opens = store.transact(tx -> tx.key(id(1), Rows.B).isPresent());
            assertThat(opens).isTrue();
        }
        put(next, before.resolve("kek"));
        data = before;
        assertThatThrownBy(this::open).as("a copy from before").isInstanceOf(StoreFailure.class);
    }
}
