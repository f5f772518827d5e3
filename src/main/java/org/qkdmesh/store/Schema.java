package org.qkdmesh.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Brings the tables of a store up to what this program knows, by numbered scripts that are never changed again. */
final class Schema {

    private static final List<String> SCRIPTS = List.of(
            "001-tables.sql",
            "002-advert-of-sequence.sql",
            "003-age-of-notices.sql",
            "004-several-slaves.sql",
            "005-last-batch.sql",
            "006-counts-and-fetched-keys.sql",
            "007-dropped-keys.sql",
            "008-audit.sql",
            "009-pair-use.sql",
            "010-incomplete-keys.sql");

    private Schema() {}

    /**
     * Runs the scripts that the store has not seen; inside the caller's transaction.
     *
     * @throws StoreFailure when the store was written by a newer program
     */
    static void bringUpToDate(Database database) {
        int version = (int) database.number("PRAGMA user_version");
        if (version > SCRIPTS.size()) {
            throw new StoreFailure(
                    "the key store has schema " + version
                            + ", written by a newer program; this one knows schemas up to " + SCRIPTS.size(),
                    true,
                    null);
        }
        for (String script : SCRIPTS.subList(version, SCRIPTS.size())) {
            database.script(read(script));
        }
        database.script("PRAGMA user_version = " + SCRIPTS.size());
    }

    private static String read(String script) {
        try (InputStream in = Schema.class.getResourceAsStream("schema/" + script)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
