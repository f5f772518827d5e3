package org.qkdmesh.kme;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.qkdmesh.model.SaeId;

/**
 * Who of those that wait for bytes of a link gets the next ones: whoever has had least of it, by bytes and priority. So what
 * comes in is shared max-min fairly among master SAEs: one that asks for less than its share gets all that it asks for, and
 * soon, however much others ask for; the rest is shared among those. Start-time fair queueing (P. Goyal, H. M. Vin, H. Cheng,
 * SIGCOMM 1996) over the bytes of the requests. What an SAE did not ask for is not saved up for it, and when nobody waits, what
 * everybody had is forgotten.
 *
 * <p>So many may wait at most that they never take all places of a node for requests of masters: when there is no place left,
 * the SAE with most requests here loses the one that came last.
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

        private final SaeId master;
        private final int bytes;
        private final double cost;
        private boolean waiting;
        private boolean granted;

        private Ticket(SaeId master, int priority, int bytes) {
            this.master = master;
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

    /** The requests of one master that wait, and where on the common scale of what was had the next one begins. */
    private static final class Line {

        private final Deque<Ticket> tickets = new ArrayDeque<>();
        private double start;

        private double start() {
            return start;
        }

        private double cost() {
            return tickets.getFirst().cost;
        }
    }

    private static final Comparator<Line> LEAST_SERVED =
            Comparator.comparingDouble(Line::start).thenComparingDouble(Line::cost);

    private static final Line NOBODY = new Line();

    private final Map<SaeId, Line> lines = new HashMap<>();
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
    Ticket ask(SaeId master, int priority, int bytes, Supply supply) {
        Ticket ticket = new Ticket(master, priority, bytes);
        if (waiting == 0 && supply.allows(grantedBytes, bytes)) {
            grant(ticket);
        } else if (makePlace(master)) {
            Line line = lines.computeIfAbsent(master, first -> new Line());
            line.start = Math.max(line.start, served);
            line.tickets.addLast(ticket);
            ticket.waiting = true;
            waiting++;
            grant(supply);
        }
        return ticket;
    }

    private boolean makePlace(SaeId master) {
        if (waiting < PLACES) {
            return true;
        }
        Line own = lines.getOrDefault(master, NOBODY);
        if (own.tickets.size() == waiting) {
            return waiting < PLACES_OF_ONE;
        }
        Line longest = lines.values().stream()
                .max(Comparator.comparingInt(line -> line.tickets.size()))
                .orElseThrow();
        if (longest.tickets.size() <= own.tickets.size() + 1) {
            return false;
        }
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
        lines.get(ticket.master).tickets.remove(ticket);
        ticket.waiting = false;
        waiting--;
        // Whose line begins no later than everybody's has had nothing that others have not.
        lines.values().removeIf(line -> line.tickets.isEmpty() && (waiting == 0 || line.start <= served));
    }

    int waiting() {
        return waiting;
    }
}
