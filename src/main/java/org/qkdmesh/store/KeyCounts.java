package org.qkdmesh.store;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;

/**
 * How many rows of stored keys each pair of SAEs has, expired ones included: kept beside the table, since counting ten
 * thousand rows takes longer than all the rest of storing a key. When it is not certain, it is forgotten and counted
 * anew.
 */
final class KeyCounts {

    /** A pair as the table has it: whatever is in there, it can be counted. */
    record Pair(String master, String slave) {

        static Pair read(ResultSet row) throws SQLException {
            return new Pair(row.getString(1), row.getString(2));
        }
    }

    private record Counted(Pair pair, int rows) {}

    private final Database database;
    private Map<Pair, Integer> counts;

    KeyCounts(Database database) {
        this.database = database;
    }

    int of(Pair pair) {
        if (counts == null) {
            Map<Pair, Integer> counted = new HashMap<>();
            database.all(
                            "SELECT master, slave, count(*) FROM stored_key GROUP BY master, slave",
                            row -> new Counted(Pair.read(row), row.getInt(3)))
                    .forEach(group -> counted.put(group.pair(), group.rows()));
            counts = counted;
        }
        return counts.getOrDefault(pair, 0);
    }

    void added(Pair pair) {
        if (counts != null) {
            counts.merge(pair, 1, Integer::sum);
        }
    }

    void removed(Pair pair) {
        if (counts != null) {
            counts.computeIfPresent(pair, (key, count) -> count == 1 ? null : count - 1);
        }
    }

    /** Some rows came or went, or came back. */
    void forget() {
        counts = null;
    }
}
