package org.qkdmesh.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.NodeClock;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.SaeGroup;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.model.SaePair;
import org.qkdmesh.model.SecretBytes;
import org.qkdmesh.store.SqliteStore;
import org.qkdmesh.store.StoredKey;

class StoreCommandTest {

    /** More than are read at once. */
    private static final int KEYS = 1500;

    @TempDir
    Path folder;

    private final SecureRandom random = new SecureRandom();
    private Path data;

    @BeforeEach
    void makeStore() {
        data = folder.resolve("tn-1");
        try (SqliteStore store = open()) {
            SaeGroup saes = SaeGroup.of(new SaePair(new SaeId("sae-a"), new SaeId("sae-b")));
            store.transact(tx -> {
                for (int i = 0; i < KEYS; i++) {
                    SecretBytes bytes = SecretBytes.owning(new byte[32]);
                    KeyId id = KeyId.random(random);
                    tx.putKey(new StoredKey(id, saes, new NodeId("tn-2"), bytes, tx.now(), Long.MAX_VALUE));
                }
                return null;
            });
        }
    }

    private SqliteStore open() {
        return SqliteStore.open(data, NodeClock.system(), EventLog.silent());
    }

    private void sql(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + data.resolve("store.db"));
                Statement statement = connection.createStatement()) {
            statement.executeUpdate(sql);
        }
    }

    @Test
    void wholeStore_isSaidToBe() {
        CommandRun run = CommandRun.of("store", "check", data.toString());
        assertThat(run.err()).isEmpty();
        assertThat(run.code()).isZero();
        assertThat(run.out()).contains("whole, and every seal opens").contains("stored key   " + KEYS);
    }

    @Test
    void sealsThatDoNotOpen_areCounted_andLeftWhereTheyAre() throws SQLException {
        sql("UPDATE stored_key SET sealed = zeroblob(60) WHERE id = (SELECT max(id) FROM stored_key)");
        sql("UPDATE stored_key SET slave = 'sae-c' WHERE id = (SELECT min(id) FROM stored_key)");
        for (int again = 0; again < 2; again++) {
            CommandRun run = CommandRun.of("store", "check", "--json", data.toString());
            assertThat(run.code()).isEqualTo(1);
            assertThat(run.err()).contains("the seal of 2 stored keys does not open");
            assertThat(run.json().path("unreadable_keys").asInt()).isEqualTo(2);
            assertThat(run.json().path("rows").path("stored_key").asInt()).isEqualTo(KEYS);
        }
    }

    @Test
    void storeOfARunningNode_noStore_andAKeyOfAnother_areSaid() throws Exception {
        try (SqliteStore running = open()) {
            CommandRun run = CommandRun.of("store", "check", data.toString());
            assertThat(run.code()).isEqualTo(2);
            assertThat(run.err()).contains("store.db: is in use by another process");
            assertThat(running.trouble()).isEmpty();
        }
        Files.write(data.resolve("kek"), new byte[32]);
        CommandRun wrongKey = CommandRun.of("store", "check", data.toString());
        assertThat(wrongKey.code()).isEqualTo(2);
        assertThat(wrongKey.err()).contains("is not the key of");

        CommandRun none = CommandRun.of("store", "check", folder.toString());
        assertThat(none.code()).isEqualTo(2);
        assertThat(none.err()).contains("there is no store");
    }

    @Test
    void storeOfANodeThatDoesNotRun_isChecked_givenAnotherKey_andBackedUp_byTheNodesFile() throws Exception {
        String config = Files.writeString(folder.resolve("tn-1.yaml"), """
                        id: tn-1
                        management: 127.0.0.1:1
                        data: %s
                        """.formatted(data))
                .toString();
        Path backup = folder.resolve("backup");
        byte[] former = Files.readAllBytes(data.resolve("kek"));

        CommandRun check = CommandRun.of("store", "check", "--config", config);
        assertThat(check.err()).isEmpty();
        assertThat(check.out()).startsWith("tn-1: whole, and every seal opens");
        CommandRun rekey = CommandRun.of("store", "rekey", "--config", config);
        assertThat(rekey.err()).isEmpty();
        assertThat(rekey.out()).contains("tn-1: the key-encryption key is changed");
        assertThat(Files.readAllBytes(data.resolve("kek"))).isNotEqualTo(former);
        CommandRun written = CommandRun.of("store", "backup", "--config", config, backup.toString());
        assertThat(written.err()).isEmpty();
        assertThat(written.out()).contains("backed up to " + backup + ", " + Files.size(backup) + " bytes");
        CommandRun again = CommandRun.of("store", "backup", "--config", config, backup.toString());
        assertThat(again.code()).isEqualTo(2);
        assertThat(again.err()).contains(backup + " is there already");
        assertThat(CommandRun.of("store", "check", "--config", config).code()).isZero();
    }
}
