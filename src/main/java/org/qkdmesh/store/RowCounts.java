package org.qkdmesh.store;

import java.util.List;
import java.util.Optional;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.model.SaePair;

/**
 * How many rows the tables have, those past their expiry that no sweep has removed yet included. Triggers count the rows
 * of the large tables as they come and go, in the same transactions; so it takes as long with a million as with one.
 */
final class RowCounts {

    private static final String KEYS = "SELECT coalesce(sum(rows), 0) FROM row_count"
            + " WHERE kind IN ('WAITING', 'INCOMPLETE', 'FETCHED') AND master = ? AND slave = ?";

    /** Kind, node, master, slave, rows, keys. A key id has 16 bytes. */
    private static final String TALLIES = """
            SELECT kind, nullif(node, ''), master, slave, sum(rows), sum(rows)
              FROM row_count GROUP BY kind, node, master, slave HAVING sum(rows) > 0
            UNION ALL SELECT 'INTENT', egress, master, slave, count(*), sum(length(key_ids) / 16)
              FROM intent GROUP BY egress, master, slave
            UNION ALL SELECT type, node, master, slave, count(*), sum(length(key_ids) / 16)
              FROM notice GROUP BY type, node, master, slave
            UNION ALL SELECT 'TOMBSTONE', origin, NULL, NULL, count(*), count(*)
              FROM tombstone GROUP BY origin
            """;

    private final Database database;

    RowCounts(Database database) {
        this.database = database;
    }

    /** Keys of this pair, those included that are not complete and that the slave has had. */
    int keys(SaePair pair) {
        return (int) database.number(KEYS, pair.master().text(), pair.slave().text());
    }

    /** Keys of all pairs, those included that their slaves have had. */
    int keys() {
        return (int)
                database.number("SELECT coalesce(sum(rows), 0) FROM row_count WHERE kind IN ('WAITING', 'FETCHED')");
    }

    List<Tally> tallies() {
        return database.all(
                TALLIES,
                row -> new Tally(
                        Tally.Kind.valueOf(row.getString(1)),
                        Optional.ofNullable(row.getString(2)).map(NodeId::new),
                        row.getString(3) == null
                                ? Optional.empty()
                                : Optional.of(new SaePair(new SaeId(row.getString(3)), new SaeId(row.getString(4)))),
                        row.getInt(5),
                        row.getInt(6)));
    }

    /** Removes the counts of what is no more. */
    void removeUnused() {
        database.update("DELETE FROM row_count WHERE rows = 0");
    }
}
