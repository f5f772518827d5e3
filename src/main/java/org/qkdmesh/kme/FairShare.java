package org.qkdmesh.kme;

import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.qkdmesh.model.NodeId;

/**
 * Who of those that wait for bytes of a link gets the next ones: whoever has had least of it, by bytes and priority. So what
 * comes in is shared max-min fairly among master SAEs: one that asks for less than its share gets all that it asks for, and
 * soon, however much others ask for; the rest is shared among those. Start-time fair queueing (P. Goyal, H. M. Vin, H. Cheng,
 * SIGCOMM 1996) over the bytes of the requests. What an SAE did not ask for is not saved up for it, and when nobody waits, what
 * everybody had is forgotten.
 *
 * <p>So many may wait at most that they never take all places of a node for requests of masters: when there is no place left,
 * the SAE with most requests here loses the one that came last. Nobody can take all places by asking in many names: an SAE
 * that has none yet takes one of those that come over the neighbour, or from this node, with most requests here.
 *
 * <p>Knows nothing of threads and time.
 */
final class FairShare {

    /** Half of the requests of masters that a node runs at once. */
    static final int PLACES = 32;

    /** While nobody else waits; the rest is for those who may come. */
    static final int PLACES_OF_ONE = 48;

    /** What there is of bytes. */
    @FunctionalInterface
    interface Supply {

        /** Whether, beside those that are granted already, so many more can be taken for one message. */
        boolean allows(long granted, int more);
    }

    /** A request for bytes: it waits, has been granted them, or is over. */
    static final class Ticket {

        private final Asker asker;
        private final int bytes;
        private final double cost;
        private boolean waiting;
        private boolean granted;

        private Ticket(Asker asker, int priority, int bytes) {
            this.asker = asker;
            this.bytes = bytes;
            this.cost = (double) bytes / priority;
        }

        boolean isWaiting() {
            return waiting;
        }

        /** Whether the bytes are set aside for it. */
        boolean isGranted() {
            return granted;
        }
    }

    /** The requests of one asker that wait, and where on the common scale of what was had the next one begins. */
    private static final class Line {

        private final Deque<Ticket> tickets = new ArrayDeque<>();
        private double start;

        private int length() {
            return tickets.size();
        }

        private double start() {
            return start;
        }

        private double cost() {
            return tickets.getFirst().cost;
        }
    }

    private static final Comparator<Line> LEAST_SERVED =
            Comparator.comparingDouble(Line::start).thenComparingDouble(Line::cost);

    /** Of those that are as long as each other, the one that was served most. */
    private static final Comparator<Line> LENGTH =
            Comparator.comparingInt(Line::length).thenComparingDouble(Line::start);

    private static final Line NOBODY = new Line();

    private final Map<Asker, Line> lines = new HashMap<>();
    private double served;
    private int waiting;
    private long grantedBytes;

    /**
     * Asks for bytes; a ticket is to be given up by {@link #leave} in the end.
     *
     * @param priority how many times as much as with priority 1, at least 1
     * @param supply what there is now
     * @return granted, if there are enough and nobody comes first; waiting, or neither when there was no place
     */
    Ticket ask(Asker asker, int priority, int bytes, Supply supply) {
        Ticket ticket = new Ticket(asker, priority, bytes);
        if (waiting == 0 && supply.allows(grantedBytes, bytes)) {
            grant(ticket);
        } else if (makePlace(asker)) {
            Line line = lines.computeIfAbsent(asker, first -> new Line());
            line.start = Math.max(line.start, served);
            line.tickets.addLast(ticket);
            ticket.waiting = true;
            waiting++;
            grant(supply);
        }
        return ticket;
    }

    private boolean makePlace(Asker asker) {
        if (waiting < PLACES) {
            return true;
        }
        Line own = lines.getOrDefault(asker, NOBODY);
        if (own.length() == waiting) {
            return waiting < PLACES_OF_ONE;
        }
        Line longest = Collections.max(lines.values(), LENGTH);
        if (longest.length() > own.length() + 1) {
            remove(longest.tickets.getLast());
            return true;
        }
        return own.tickets.isEmpty() && makePlaceFor(asker.neighbour());
    }

    /** A neighbour can have a place for each of many names: then one goes to somebody who comes from where fewer do. */
    private boolean makePlaceFor(Optional<NodeId> neighbour) {
        Map<Optional<NodeId>, Integer> places = new HashMap<>();
        lines.forEach((asker, line) -> places.merge(asker.neighbour(), line.length(), Integer::sum));
        Optional<NodeId> most =
                Collections.max(places.entrySet(), Map.Entry.comparingByValue()).getKey();
        if (places.get(most) <= places.getOrDefault(neighbour, 0) + 1) {
            return false;
        }
        Line longest = lines.entrySet().stream()
                .filter(line -> line.getKey().neighbour().equals(most))
                .map(Map.Entry::getValue)
                .max(LENGTH)
                .orElseThrow();
        remove(longest.tickets.getLast());
        return true;
    }

    /**
     * Grants what there is to those whose turn it is. Whoever is next is waited for until there is enough for it, so that
     * large requests have their turn too.
     *
     * @param supply what there is now
     * @return whether somebody need not wait any more
     */
    boolean grant(Supply supply) {
        boolean any = false;
        while (waiting > 0) {
            Line next = lines.values().stream()
                    .filter(line -> !line.tickets.isEmpty())
                    .min(LEAST_SERVED)
                    .orElseThrow();
            Ticket ticket = next.tickets.getFirst();
            if (!supply.allows(grantedBytes, ticket.bytes)) {
                break;
            }
            served = next.start;
            next.start += ticket.cost;
            remove(ticket);
            grant(ticket);
            any = true;
        }
        return any;
    }

    private void grant(Ticket ticket) {
        ticket.granted = true;
        grantedBytes += ticket.bytes;
    }

    /** The request has taken its bytes, or does without them. */
    void leave(Ticket ticket) {
        if (ticket.waiting) {
            remove(ticket);
        } else if (ticket.granted) {
            ticket.granted = false;
            grantedBytes -= ticket.bytes;
        }
    }

    private void remove(Ticket ticket) {
        lines.get(ticket.asker).tickets.remove(ticket);
        ticket.waiting = false;
        waiting--;
        // Whose line begins no later than everybody's has had nothing that others have not.
        lines.values().removeIf(line -> line.tickets.isEmpty() && (waiting == 0 || line.start <= served));
    }

    int waiting() {
        return waiting;
    }
}
