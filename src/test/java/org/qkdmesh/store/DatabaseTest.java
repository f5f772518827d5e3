package org.qkdmesh.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatabaseTest {

    @TempDir
    Path directory;

    private Database database;

    @BeforeEach
    void open() {
        database = Database.open(directory.resolve("some.db"));
        database.script("CREATE TABLE t (n INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT");
    }

    @AfterEach
    void close() {
        database.close();
    }

    private String setting(String name) {
        return database.first("PRAGMA " + name, row -> row.getString(1)).orElseThrow();
    }

    @Test
    void settings_areThoseThatDurabilityAndErasureNeed() {
        assertThat(setting("journal_mode")).isEqualTo("wal");
        assertThat(setting("synchronous")).as("FULL").isEqualTo("2");
        assertThat(setting("locking_mode")).isEqualTo("exclusive");
        assertThat(setting("secure_delete")).isEqualTo("1");
    }

    @Test
    void afterAFailure_nothingMoreRuns_untilItIsRolledBack() {
        database.begin();
        database.savepoint();
        assertThatThrownBy(() -> database.update("INSERT INTO t (text) VALUES (?)", (Object) null))
                .isInstanceOf(StoreFailure.class);
        assertThatThrownBy(() -> database.update("INSERT INTO t (text) VALUES (?)", "too late"))
                .isInstanceOf(StoreFailure.class);
        database.rollbackToSavepoint();
        assertThat(database.update("INSERT INTO t (text) VALUES (?)", "again")).isEqualTo(1);
        database.commit();
        assertThat(database.number("SELECT count(*) FROM t")).isEqualTo(1);
    }

    @Test
    void rollback_whenNothingWasBegun_isNoFailure() {
        database.rollback();
        database.begin();
        database.commit();
    }

    @Test
    void failure_namesTheFileAndShowsNoValue() {
        assertThatThrownBy(() -> {
                    database.update("INSERT INTO t (n, text) VALUES (?, ?)", 7, "secret");
                    database.update("INSERT INTO t (n, text) VALUES (?, ?)", 7, "secret");
                })
                .isInstanceOf(StoreFailure.class)
                .hasMessageContaining("some.db")
                .satisfies(e -> assertThat(e + " " + e.getCause()).doesNotContain("secret"));
    }
}
