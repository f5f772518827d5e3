package org.qkdmesh.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SchemaTest {

    @TempDir
    Path directory;

    private Database database;

    @BeforeEach
    void open() {
        database = Database.open(directory.resolve("some.db"));
    }

    @AfterEach
    void close() {
        database.close();
    }

    private void run(String script) throws IOException {
        try (InputStream in = Schema.class.getResourceAsStream("schema/" + script)) {
            database.script(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    @Test
    void storeOfAFormerProgram_keepsItsKeysAndRecords() throws IOException {
        for (String script : List.of("001-tables.sql", "002-advert-of-sequence.sql", "003-age-of-notices.sql")) {
            run(script);
        }
        database.script("PRAGMA user_version = 3");
        database.script("INSERT INTO stored_key VALUES (x'01', 'sae-a', 'sae-b', 'tn-1', 7, x'02', 3, 4)");
        database.script("INSERT INTO record VALUES (x'01', 'sae-a', 'sae-b', 'tn-4', 5)");
        Schema.bringUpToDate(database);
        assertThat(database.all(
                        "SELECT hex(id) || slave || master || slaves || ingress || data_key || hex(sealed) || stored_at"
                                + " || expires_at FROM stored_key",
                        row -> row.getString(1)))
                .containsExactly("01sae-bsae-atn-170234");
        assertThat(database.all(
                        "SELECT hex(id) || slave || master || egress || expires_at FROM record",
                        row -> row.getString(1)))
                .containsExactly("01sae-bsae-atn-45");
        Schema.bringUpToDate(database);
    }
}
