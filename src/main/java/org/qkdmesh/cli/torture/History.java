package org.qkdmesh.cli.torture;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.qkdmesh.cli.torture.Event.Op;
import org.qkdmesh.cli.torture.Event.Outcome;

/**
 * Everything that SAEs saw in a run, and the faults, in a file of one JSON object a line. Holds no key, only hashes. Safe
 * for use by several threads.
 */
final class History implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final long start = System.nanoTime();
    private final List<Event> events = new ArrayList<>();
    private final Map<String, Long> counts = new HashMap<>();
    private final AtomicLong requests = new AtomicLong();
    private final BufferedWriter file;

    History(Path file) throws IOException {
        this.file = Files.newBufferedWriter(file);
    }

    /** Milliseconds since the run began. */
    long now() {
        return (System.nanoTime() - start) / 1_000_000;
    }

    long newRequest() {
        return requests.incrementAndGet();
    }

    synchronized void add(Event event) {
        events.add(event);
        if (event.op() != Op.LEFT) {
            counts.merge(event.op() + " " + event.outcome(), 1L, Long::sum);
        }
        write(event);
    }

    /** Writes down something that is no answer, such as a fault. */
    synchronized void note(String what) {
        write(Map.of("at", now(), "note", what));
    }

    private void write(Object line) {
        try {
            file.write(JSON.writeValueAsString(line));
            file.newLine();
        } catch (IOException e) {
            throw new UncheckedIOException("the history can not be written", e);
        }
    }

    synchronized List<Event> events() {
        return List.copyOf(events);
    }

    synchronized List<Event> since(long at) {
        return events.stream().filter(event -> event.at() >= at).toList();
    }

    synchronized long count(Op op, Outcome outcome) {
        return counts.getOrDefault(op + " " + outcome, 0L);
    }

    /** Keys that their slaves left, and those that nobody knows of since the answer did not come. */
    synchronized long keysNobodyFetches() {
        return events.stream()
                .mapToLong(event -> switch (event.op()) {
                    case LEFT -> 1;
                    case ENC ->
                        event.outcome() == Outcome.UNKNOWN
                                ? (long) event.number() * event.peers().size()
                                : 0;
                    case DEC -> 0;
                })
                .sum();
    }

    /** Reads what another run has written. */
    static List<Event> read(Path file) throws IOException {
        List<Event> events = new ArrayList<>();
        for (String line : Files.readAllLines(file)) {
            if (line.contains("\"op\"")) {
                events.add(JSON.readValue(line, Event.class));
            }
        }
        return events;
    }

    @Override
    public synchronized void close() throws IOException {
        file.close();
    }
}
