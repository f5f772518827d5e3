package org.qkdmesh.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.qkdmesh.store.Rows.A_TO_B;
import static org.qkdmesh.store.Rows.id;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.OwnerOnly;
import org.qkdmesh.testing.ManualClock;
import org.qkdmesh.testing.SmallDisk;

/** The data directory, the key-encryption key and the file, as they are found at a start. */
class StoreOpeningTest {

    @TempDir
    Path parent;

    private Path data;
    private Path kek;

    @BeforeEach
    void name() {
        data = parent.resolve("nodes").resolve("tn-1");
        kek = data.resolve("kek");
    }

    private SqliteStore open() {
        return SqliteStore.open(data, new ManualClock(), EventLog.silent());
    }

    private void makeStoreWithAKey() {
        try (SqliteStore store = open()) {
            store.transact(tx -> {
                tx.putKey(Rows.key(1, A_TO_B, 0, Long.MAX_VALUE));
                return null;
            });
        }
    }

    private boolean hasTheKey() {
        try (SqliteStore store = open()) {
            return store.transact(tx -> tx.key(id(1), Rows.B).isPresent());
        }
    }

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    private static void refuses(ThrowingCallable opening, String message) {
        assertThatThrownBy(opening)
                .isInstanceOfSatisfying(
                        StoreFailure.class, e -> assertThat(e.isOutcomeKnown()).isTrue())
                .hasMessageContaining(message);
    }

    @Test
    void firstStart_makesDirectoryAndFilesThatOnlyTheirOwnerCanRead() throws IOException {
        try (SqliteStore store = open()) {
            store.transact(tx -> {
                tx.putRecord(Rows.record(1, Long.MAX_VALUE));
                return null;
            });
            assertThat(mode(data)).isEqualTo("rwx------");
            assertThat(mode(kek)).isEqualTo("rw-------");
            assertThat(mode(data.resolve("store.db"))).isEqualTo("rw-------");
            assertThat(mode(data.resolve("store.db-wal"))).isEqualTo("rw-------");
        }
        assertThat(Files.size(kek)).isEqualTo(32);
    }

    @Test
    void kekThatOthersCanRead_isRefused_andServesAgainOnceNarrowed() throws IOException {
        makeStoreWithAKey();
        for (String wide : new String[] {"rw-r-----", "rw----r--", "rw--w----"}) {
            Files.setPosixFilePermissions(kek, PosixFilePermissions.fromString(wide));
            refuses(this::open, kek + ": mode " + wide + " lets others than its owner at what is in it");
        }
        Files.setPosixFilePermissions(kek, PosixFilePermissions.fromString("r--------"));
        assertThat(hasTheKey()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"store.db", "store.db-wal", "store.db-shm", ""})
    void fileOfTheStore_thatOthersMayGetAt_isRefused_withWhatToDo(String name) throws IOException {
        makeStoreWithAKey();
        Path file = data.resolve(name);
        boolean made = Files.notExists(file);
        if (made) {
            Files.createFile(file);
        }
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-x---"));
        String narrow = "(chmod " + (name.isEmpty() ? "700 " : "600 ") + file.toAbsolutePath() + ")";
        refuses(this::open, narrow);
        if (made) {
            Files.delete(file);
        } else {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
        }
        assertThat(hasTheKey()).isTrue();
    }

    @Test
    void kekThatSomebodyPutThere_servesANewStore() throws IOException {
        Files.createDirectories(data, OwnerOnly.DIRECTORY);
        Files.write(kek, new byte[32]);
        Files.setPosixFilePermissions(kek, PosixFilePermissions.fromString("rw-------"));
        makeStoreWithAKey();
        assertThat(Files.readAllBytes(kek)).isEqualTo(new byte[32]);
    }

    @Test
    void missingKekOfAStore_isRefused_andNoOtherIsMade() throws IOException {
        makeStoreWithAKey();
        Path away = parent.resolve("away");
        Files.move(kek, away);
        refuses(this::open, kek + ": missing");
        assertThat(kek).doesNotExist();
        Files.move(away, kek);
        assertThat(hasTheKey()).isTrue();
    }

    @Test
    void kekOfAnotherStore_isRefused_andTheKeysStay() throws IOException {
        makeStoreWithAKey();
        byte[] own = Files.readAllBytes(kek);
        Files.write(kek, new byte[32]);
        refuses(this::open, kek + ": is not the key of " + data.resolve("store.db"));
        Files.write(kek, own);
        assertThat(hasTheKey()).isTrue();
    }

    @Test
    void kekOfAnotherLength_isRefused() throws IOException {
        makeStoreWithAKey();
        Files.write(kek, new byte[31]);
        refuses(this::open, kek + ": 31 bytes");
    }

    @Test
    void schemaOfANewerProgram_isRefused() throws SQLException {
        makeStoreWithAKey();
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + data.resolve("store.db"));
                Statement statement = connection.createStatement()) {
            statement.executeUpdate("PRAGMA user_version = 999");
        }
        refuses(this::open, "schema 999, written by a newer program");
    }

    @Test
    void fileThatIsNoDatabase_isRefused_andLeftAsItWas() throws IOException {
        Files.createDirectories(data, OwnerOnly.DIRECTORY);
        Files.createFile(data.resolve("store.db"), OwnerOnly.FILE);
        Files.writeString(data.resolve("store.db"), "these are a person's notes, not a store".repeat(100));
        refuses(this::open, "store.db: is not a key store");
        assertThat(data.resolve("store.db")).content().startsWith("these are");
    }

    @ParameterizedTest
    @CsvSource({"0, false", "0, true", "4096, false", "4096, true"})
    void fileThatIsCutShort_isRefused(long length, boolean hasLog) throws IOException {
        makeStoreWithAKey();
        Path file = data.resolve("store.db");
        Path log = data.resolve("store.db-wal");
        if (hasLog) {
            Files.createFile(log, OwnerOnly.FILE);
            Files.writeString(log, "what was committed last");
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(length);
        }
        refuses(() -> StoreInspection.of(data), file + ": is damaged");
        refuses(this::open, file + ": is damaged");
        assertThat(file).hasSize(length);
    }

    @Test
    void emptyFileBesideALog_isRefused_alsoWithoutKek() throws IOException {
        Files.createDirectories(data, OwnerOnly.DIRECTORY);
        Files.createFile(data.resolve("store.db"), OwnerOnly.FILE);
        Files.createFile(data.resolve("store.db-wal"), OwnerOnly.FILE);
        Files.writeString(data.resolve("store.db-wal"), "what was committed last");
        refuses(this::open, "store.db: is damaged: it is empty");
        assertThat(data.resolve("store.db-wal")).hasContent("what was committed last");
    }

    @Test
    void emptyFileAlone_asAFirstStartThatWasKilledLeavesIt_becomesANewStore() throws IOException {
        Files.createDirectories(data, OwnerOnly.DIRECTORY);
        Files.createFile(data.resolve("store.db"), OwnerOnly.FILE);
        makeStoreWithAKey();
        assertThat(hasTheKey()).isTrue();
    }

    @Test
    void dataPathThatIsAFile_isRefused() throws IOException {
        Files.createDirectories(data.getParent());
        Files.writeString(data, "a file");
        refuses(this::open, data.toString());
    }

    @Test
    void secondStoreOnTheSameDirectory_inThisProcess_isRefused() {
        try (SqliteStore first = open()) {
            refuses(this::open, "store.db: is in use by another process");
            String still = first.transact(tx -> "works");
            assertThat(still).isEqualTo("works");
        }
        open().close();
    }

    @Test
    void storeOfAnotherNode_copiedWholeWithItsKey_isRefused_andStaysAsItWas() {
        SqliteStore.open(data, Rows.TN_2, new ManualClock(), EventLog.silent()).close();
        makeStoreWithAKey();
        refuses(
                () -> SqliteStore.open(data, Rows.TN_1, new ManualClock(), EventLog.silent()),
                "store.db: is the store of node tn-2, not of tn-1. Name the data directory of tn-1");
        assertThat(hasTheKey()).isTrue();
        SqliteStore.open(data, Rows.TN_2, new ManualClock(), EventLog.silent()).close();
    }

    @Test
    void storeOnADiskThatIsReadOnlyOrFull_isRefused_andServesAgainOnceMended() throws Exception {
        data = Files.createDirectory(parent.resolve("disk")).resolve("tn-1");
        kek = data.resolve("kek");
        Optional<SmallDisk> mounted = SmallDisk.at(data.getParent(), "1m");
        assumeTrue(mounted.isPresent(), "may not mount");
        try (SmallDisk disk = mounted.get()) {
            makeStoreWithAKey();
            disk.becomeReadOnly();
            refuses(this::open, data.resolve("store.db") + ": cannot be written. It has to belong to the user");
            disk.becomeWritable();
            disk.fill();
            refuses(this::open, data.resolve("store.db") + ": the disk is full. Make room");
            disk.makeRoom();
            assertThat(hasTheKey()).isTrue();
            goesOnOnceThereIsRoomAgain(disk);
        }
    }

    /** While it works. */
    private void goesOnOnceThereIsRoomAgain(SmallDisk disk) throws IOException {
        try (SqliteStore store = open()) {
            disk.fill();
            refuses(() -> putMany(store), "the disk is full");
            assertThat(store.trouble()).isPresent();
            disk.fill();
            Path backup = data.resolveSibling("backup");
            refuses(() -> store.backUp(backup), "the disk is full");
            assertThat(backup).doesNotExist();
            disk.makeRoom();
            putMany(store);
            await().until(() -> store.trouble().isEmpty());
            store.changeKek();
            assertThat(store.inspect().isSound()).isTrue();
        }
        assertThat(hasTheKey()).isTrue();
    }

    private static void putMany(SqliteStore store) {
        store.transact(tx -> {
            for (int i = 100; i < 400; i++) {
                tx.putRecord(Rows.record(i, Long.MAX_VALUE));
            }
            return null;
        });
    }

    @Test
    void secondStoreOnTheSameDirectory_inAnotherProcess_isRefused_alsoAfterAReaderOfTheFileHasClosedIt()
            throws Exception {
        try (SqliteStore first = open()) {
            first.inspect();
            try (ChildStore child = ChildStore.start(data)) {
                assertThat(child.nextLine()).contains("store.db: is in use by another process");
            }
            String still = first.transact(tx -> "works");
            assertThat(still).isEqualTo("works");
        }
    }
}
