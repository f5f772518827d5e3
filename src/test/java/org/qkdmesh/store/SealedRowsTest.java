package org.qkdmesh.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.qkdmesh.store.Rows.A_TO_B;
import static org.qkdmesh.store.Rows.A_TO_C;
import static org.qkdmesh.store.Rows.id;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qkdmesh.model.Refusal;
import org.qkdmesh.model.SaeGroup;
import org.qkdmesh.testing.ManualClock;
import org.qkdmesh.testing.ReportedKinds;

/** Keys at rest: sealed, bound to their rows, and gone from the disk once nobody needs them. */
class SealedRowsTest {

    private static final long LATER = Long.MAX_VALUE;

    @TempDir
    Path data;

    private final ManualClock clock = new ManualClock();
    private final ReportedKinds events = new ReportedKinds();

    private SqliteStore open() {
        return SqliteStore.open(data, clock, events);
    }

    private void putKeys(SqliteStore store, int from, int to) {
        for (int i = from; i < to; i++) {
            StoredKey key = Rows.key(i, A_TO_B, 0, LATER);
            store.transact(tx -> {
                tx.putKey(key);
                return null;
            });
        }
    }

    private static boolean opens(SqliteStore store, int number) {
        return store.transact(tx -> tx.key(id(number), Rows.B)
                .filter(key -> key.bytes().equals(Rows.key(number, A_TO_B, 0, 0).bytes()))
                .isPresent());
    }

    private static boolean hasRow(SqliteStore store, int number) {
        return store.transact(tx -> tx.hasKey(id(number)));
    }

    private void change(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + data.resolve("store.db"));
                Statement statement = connection.createStatement()) {
            statement.executeUpdate(sql);
        }
    }

    private long numberOfDataKeys() throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + data.resolve("store.db"));
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT count(*) FROM data_key")) {
            return row.getLong(1);
        }
    }

    private static String blob(int number) {
        return "x'" + HexFormat.of().formatHex(UuidBytes.of(id(number))) + "'";
    }

    private void makeStoreWithKeys(int count) {
        try (SqliteStore store = open()) {
            putKeys(store, 0, count);
        }
    }

    @Test
    void changedSeal_isAlarmedAndRemoved_andOthersStay() throws SQLException {
        makeStoreWithKeys(2);
        change("UPDATE stored_key SET sealed = zeroblob(60) WHERE id = " + blob(0));
        try (SqliteStore store = open()) {
            assertThat(opens(store, 0)).isFalse();
            assertThat(events.alarms).containsExactly("unreadable-key");
            assertThat(hasRow(store, 0)).isFalse();
            assertThat(opens(store, 1)).isTrue();
        }
        try (SqliteStore store = open()) {
            assertThat(hasRow(store, 0)).isFalse();
        }
        assertThat(events.alarms).hasSize(1);
    }

    @Test
    void changedSeal_isRemoved_thoughTheTransactionThatFoundItThrew() throws SQLException {
        makeStoreWithKeys(2);
        change("UPDATE stored_key SET sealed = zeroblob(60) WHERE id = " + blob(0));
        try (SqliteStore store = open()) {
            assertThatThrownBy(() -> store.transact(tx -> {
                        tx.removeKey(id(1));
                        tx.key(id(0), Rows.B).orElseThrow(() -> Refusal.badRequest("unknown key"));
                        return null;
                    }))
                    .isInstanceOf(Refusal.class);
            assertThat(hasRow(store, 0)).isFalse();
            assertThat(opens(store, 1)).isTrue();
        }
        assertThat(events.alarms).containsExactly("unreadable-key");
    }

    @Test
    void keyOfWhichSharesAreMissing_doesNotOpen_whereWholeKeysLie() throws SQLException {
        try (SqliteStore store = open()) {
            store.transact(tx -> {
                tx.putIncompleteKey(Rows.incomplete(0, SaeGroup.of(A_TO_B), 0, LATER, LATER));
                return null;
            });
        }
        assertThat(StoreInspection.of(data).orElseThrow().unreadable()).isZero();
        change(
                "INSERT INTO stored_key SELECT id, slave, master, slaves, ingress, data_key, sealed, stored_at, expires_at"
                        + " FROM incomplete_key");
        assertThat(StoreInspection.of(data).orElseThrow().unreadable()).isEqualTo(1);
        try (SqliteStore store = open()) {
            assertThat(opens(store, 0)).isFalse();
            assertThat(events.alarms).containsExactly("unreadable-key");
        }
        change("UPDATE incomplete_key SET sealed = zeroblob(60)");
        assertThat(StoreInspection.of(data).orElseThrow().unreadable()).isEqualTo(1);
        try (SqliteStore store = open()) {
            assertThatThrownBy(() -> store.transact(tx -> tx.incompleteKey(id(0))))
                    .isInstanceOf(StoreFailure.class);
        }
    }

    @Test
    void rowMovedToAnotherPair_doesNotOpen() throws SQLException {
        makeStoreWithKeys(1);
        change("UPDATE stored_key SET slave = '" + A_TO_C.slave() + "'");
        try (SqliteStore store = open()) {
            boolean opens = store.transact(tx -> tx.key(id(0), A_TO_C.slave()).isPresent());
            assertThat(opens).isFalse();
            assertThat(hasRow(store, 0)).isFalse();
        }
        assertThat(events.alarms).containsExactly("unreadable-key");
    }

    @Test
    void sealMovedToAnotherId_doesNotOpen() throws SQLException {
        makeStoreWithKeys(2);
        change("UPDATE stored_key SET sealed = (SELECT sealed FROM stored_key WHERE id = " + blob(1) + ")");
        try (SqliteStore store = open()) {
            assertThat(opens(store, 0)).isFalse();
            assertThat(opens(store, 1)).isTrue();
        }
    }

    @Test
    void storeWithAnotherId_opensNothingOfThis() throws SQLException {
        makeStoreWithKeys(1);
        change("UPDATE meta SET value = zeroblob(16) WHERE name = 'store_id'");
        assertThatThrownBy(this::open).isInstanceOf(StoreFailure.class).hasMessageContaining("is not the key of");
    }

    @Test
    void changedDataKey_isAlarmed_andWhatItSealedIsNeverReturned() throws SQLException {
        makeStoreWithKeys(1);
        change("UPDATE data_key SET wrapped = zeroblob(60)");
        try (SqliteStore store = open()) {
            assertThat(events.alarms).containsExactly("unreadable-data-key");
            assertThat(opens(store, 0)).isFalse();
            putKeys(store, 1, 2);
            assertThat(opens(store, 1)).isTrue();
        }
        assertThat(events.alarms).containsExactly("unreadable-data-key", "unreadable-key");
    }

    @Test
    void eachStart_sealsUnderADataKeyOfItsOwn_andOldOnesGoWithTheirLastKey() throws SQLException {
        for (int run = 0; run < 4; run++) {
            try (SqliteStore store = open()) {
                putKeys(store, run, run + 1);
            }
            assertThat(numberOfDataKeys()).isEqualTo(run + 1);
        }
        try (SqliteStore store = open()) {
            for (int i = 0; i < 4; i++) {
                assertThat(opens(store, i)).isTrue();
            }
            store.transact(tx -> {
                tx.removeKey(id(1));
                tx.removeKey(id(2));
                return tx.removeExpired(1_000);
            });
            assertThat(opens(store, 0)).isTrue();
            assertThat(opens(store, 3)).isTrue();
        }
        assertThat(numberOfDataKeys())
                .as("of keys 0 and 3, and of the last run")
                .isEqualTo(3);
        makeStoreWithKeys(0);
        assertThat(numberOfDataKeys()).as("the last run sealed nothing").isEqualTo(3);
    }

    @Test
    void wornDataKey_isReplaced_andOpensWhatItSealed() throws SQLException {
        try (SqliteStore store = SqliteStore.open(
                data, Optional.empty(), clock, events, new SqliteStore.Limits(60_000, 10, Long.MAX_VALUE))) {
            putKeys(store, 0, 35);
            for (int i = 0; i < 35; i++) {
                assertThat(opens(store, i)).isTrue();
            }
        }
        assertThat(numberOfDataKeys()).isEqualTo(4);
        try (SqliteStore store = open()) {
            assertThat(opens(store, 0)).isTrue();
            assertThat(opens(store, 34)).isTrue();
        }
    }

    @Test
    void noKeyByte_liesInAnyFile_whileTrafficRunsAndAfter() throws IOException {
        try (SqliteStore store = open()) {
            putKeys(store, 0, 200);
            for (int i = 0; i < 100; i++) {
                int number = i;
                store.transact(tx -> {
                    tx.key(id(number), Rows.B).orElseThrow().bytes().close();
                    tx.removeKey(id(number));
                    return null;
                });
            }
            assertThat(Files.readString(data.resolve("store.db-wal"), StandardCharsets.ISO_8859_1))
                    .as("the search finds what is there")
                    .contains(latin1(UuidBytes.of(id(150))));
            noFileHoldsKeys(200);
            clock.advance(Duration.ofMinutes(1));
        }
        noFileHoldsKeys(200);
    }

    @Test
    void destroyedKeys_leaveNeitherTheirIdsNorWhatTheyWereSealedUnderInAnyFile() throws Exception {
        makeStoreWithKeys(50);
        try (SqliteStore store = open()) {
            putKeys(store, 50, 200);
            List<byte[]> dataKeys = wrappedDataKeys();
            assertThat(dataKeys).hasSize(2);
            assertThat(everything()).contains(latin1(UuidBytes.of(id(7))), latin1(UuidBytes.of(id(150))));
            store.transact(tx -> {
                tx.removeKey(id(7));
                return null;
            });

            store.destroyKeys(tx -> tx.removeKeysStoredBefore(Long.MAX_VALUE));

            String left = everything();
            for (int i = 0; i < 200; i++) {
                assertThat(left.contains(latin1(UuidBytes.of(id(i))))).isFalse();
            }
            dataKeys.forEach(
                    wrapped -> assertThat(left.contains(latin1(wrapped))).isFalse());
            putKeys(store, 200, 201);
            assertThat(opens(store, 200)).isTrue();
        }
        assertThat(numberOfDataKeys()).isEqualTo(1);
        try (SqliteStore store = open()) {
            assertThat(opens(store, 200)).isTrue();
        }
    }

    @Test
    void keysThatAreNotRemoved_doNotOpenOnceTheirDataKeyIsDestroyed() {
        try (SqliteStore store = open()) {
            putKeys(store, 0, 1);
            store.destroyKeys(tx -> null);
            assertThat(opens(store, 0)).isFalse();
        }
        assertThat(events.alarms).containsExactly("unreadable-key");
    }

    @Test
    void destruction_whoseWorkThrows_destroysNothing() {
        try (SqliteStore store = open()) {
            putKeys(store, 0, 1);
            assertThatThrownBy(() -> store.destroyKeys(tx -> {
                        tx.removeKey(id(0));
                        throw Refusal.badRequest("no");
                    }))
                    .isInstanceOf(Refusal.class);
            assertThat(opens(store, 0)).isTrue();
        }
    }

    /** The file is read as bytes, since to open it beside the store would end its lock. */
    private String everything() throws IOException {
        StringBuilder all = new StringBuilder();
        for (Path file : files()) {
            all.append(Files.readString(file, StandardCharsets.ISO_8859_1));
        }
        return all.toString();
    }

    /** Those of a copy of the database. */
    private List<byte[]> wrappedDataKeys() throws Exception {
        Path copy = Files.createDirectories(data.resolveSibling(data.getFileName() + "-copy"));
        for (String file : List.of("store.db", "store.db-wal")) {
            Files.copy(data.resolve(file), copy.resolve(file));
        }
        List<byte[]> wrapped = new ArrayList<>();
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + copy.resolve("store.db"));
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT wrapped FROM data_key")) {
            while (rows.next()) {
                wrapped.add(rows.getBytes(1));
            }
        }
        return wrapped;
    }

    private void noFileHoldsKeys(int count) throws IOException {
        for (Path file : files()) {
            String content = Files.readString(file, StandardCharsets.ISO_8859_1);
            for (int i = 0; i < count; i++) {
                byte[] key = Rows.bytes(i);
                // Half a key would be too much as well.
                assertThat(content.contains(latin1(key).substring(0, 16))).isFalse();
                assertThat(content.contains(HexFormat.of().formatHex(key, 0, 16)))
                        .isFalse();
                assertThat(content.contains(HexFormat.of().withUpperCase().formatHex(key, 0, 16)))
                        .isFalse();
                assertThat(content.contains(
                                Base64.getEncoder().encodeToString(key).substring(0, 20)))
                        .isFalse();
            }
        }
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.walk(data)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    private static String latin1(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
