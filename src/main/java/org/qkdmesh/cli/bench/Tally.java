package org.qkdmesh.cli.bench;

import java.util.Map;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;

/** What came of a load in some time. Not safe for use by several threads. */
final class Tally {

    private static final int DIGITS = 3;

    private final Histogram enc = new Histogram(DIGITS);
    private final Histogram dec = new Histogram(DIGITS);
    private final Map<String, Long> errors = new TreeMap<>();
    private double seconds;
    private long pairs;
    private long keys;
    private long late;

    void encKeys(long nanos) {
        enc.recordValue(nanos / 1000);
    }

    void decKeys(long nanos) {
        dec.recordValue(nanos / 1000);
    }

    /** Both ends have these keys, and they are the same. */
    void pair(int sameKeys) {
        pairs++;
        keys += sameKeys;
    }

    void error(String kind) {
        error(kind, 1);
    }

    void error(String kind, long times) {
        errors.merge(kind, times, Long::sum);
    }

    /** So many pairs should have begun by now and have not: the rate is more than the nodes, or the clients, can do. */
    void late(long pairsWaiting) {
        late = pairsWaiting;
    }

    void lasted(double forSeconds) {
        seconds = forSeconds;
    }

    /** What follows directly after this one. */
    void add(Tally next) {
        enc.add(next.enc);
        dec.add(next.dec);
        next.errors.forEach(this::error);
        seconds += next.seconds;
        pairs += next.pairs;
        keys += next.keys;
        late = next.late;
    }

    double seconds() {
        return seconds;
    }

    long pairs() {
        return pairs;
    }

    long keys() {
        return keys;
    }

    long late() {
        return late;
    }

    double pairsPerSecond() {
        return seconds == 0 ? 0 : pairs / seconds;
    }

    double keysPerSecond() {
        return seconds == 0 ? 0 : keys / seconds;
    }

    Map<String, Long> errors() {
        return errors;
    }

    long errorCount() {
        return errors.values().stream().mapToLong(Long::longValue).sum();
    }

    double encMillis(double percentile) {
        return enc.getValueAtPercentile(percentile) / 1000.0;
    }

    double decMillis(double percentile) {
        return dec.getValueAtPercentile(percentile) / 1000.0;
    }
}
