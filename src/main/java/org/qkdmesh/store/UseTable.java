package org.qkdmesh.store;

import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.model.SaePair;

/** What pairs of SAEs used, day by day. Used by the writer's thread alone. */
final class UseTable {

    /** What is undone after midnight was booked the day before: it comes off today's figures, but none falls below zero. */
    private static final String ADD =
            "INSERT INTO pair_use (day, master, slave, direction, requests, keys, bits, refusals)"
                    + " VALUES (?1, ?2, ?3, ?4, max(0, ?5), max(0, ?6), max(0, ?7), max(0, ?8)) ON CONFLICT DO UPDATE SET"
                    + " requests = max(0, requests + ?5), keys = max(0, keys + ?6), bits = max(0, bits + ?7),"
                    + " refusals = max(0, refusals + ?8)";

    private final Database database;
    private final StoreAge age;

    UseTable(Database database, StoreAge age) {
        this.database = database;
        this.age = age;
    }

    static long epochDay(long wallMillis) {
        return Math.floorDiv(wallMillis, Duration.ofDays(1).toMillis());
    }

    void add(PairUse use) {
        database.update(
                ADD,
                epochDay(age.wallMillis()),
                use.pair().master().text(),
                use.pair().slave().text(),
                use.direction().name(),
                use.requests(),
                use.keys(),
                use.bits(),
                use.refusals());
    }

    List<DayUse> between(LocalDate from, LocalDate to, int limit) {
        return database.all(
                "SELECT day, master, slave, direction, requests, keys, bits, refusals FROM pair_use"
                        + " WHERE day BETWEEN ? AND ? ORDER BY day, master, slave, direction LIMIT ?",
                row -> new DayUse(
                        LocalDate.ofEpochDay(row.getLong(1)),
                        new PairUse(
                                new SaePair(new SaeId(row.getString(2)), new SaeId(row.getString(3))),
                                PairUse.Direction.valueOf(row.getString(4)),
                                row.getLong(5),
                                row.getLong(6),
                                row.getLong(7),
                                row.getLong(8))),
                from.toEpochDay(),
                to.toEpochDay(),
                limit);
    }

    long givenToday(SaePair pair) {
        return database.number(
                "SELECT coalesce(max(keys), 0) FROM pair_use WHERE (day, master, slave, direction) = (?, ?, ?, 'GIVEN')",
                epochDay(age.wallMillis()),
                pair.master().text(),
                pair.slave().text());
    }

    int removeOld(int limit) {
        String key = "day, master, slave, direction";
        return database.update(
                "DELETE FROM pair_use WHERE (" + key + ") IN (SELECT " + key + " FROM pair_use WHERE day < ? LIMIT ?)",
                epochDay(age.wallMillis()) - PairUse.DAYS_KEPT,
                limit);
    }
}
