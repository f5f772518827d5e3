package org.qkdmesh.relay;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.qkdmesh.kme.Asker;
import org.qkdmesh.kme.LinkKeys;
import org.qkdmesh.model.Edge;
import org.qkdmesh.model.SecretBytes;

/**
 * A relay message on its way through this node, between its arrival and the answer to it. Holds the relayed bytes until
 * the next message is written; {@link Receiver#conclude} ends it.
 */
public final class Transit {

    private final RelayResults.Ticket ticket;
    private final IncomingMessage incoming;
    private final SecretBytes relayed;
    private final LinkKeys nextLink;
    private final Asker asker;
    private final HopWriter writer;
    private final AtomicBoolean ended = new AtomicBoolean();
    private volatile HopMessage message;

    Transit(
            RelayResults.Ticket ticket,
            IncomingMessage incoming,
            SecretBytes relayed,
            LinkKeys nextLink,
            Asker asker,
            HopWriter writer) {
        this.ticket = ticket;
        this.incoming = incoming;
        this.relayed = relayed;
        this.nextLink = nextLink;
        this.asker = asker;
        this.writer = writer;
    }

    /** For whom the keys need bytes of the next link. */
    public Asker asker() {
        return asker;
    }

    /** The link that the keys go over next. */
    public LinkKeys nextLink() {
        return nextLink;
    }

    public Edge nextHop() {
        return incoming.container()
                .hop()
                .path()
                .hopFrom(incoming.container().hop().position());
    }

    /** Link key bytes that the next message needs. */
    public int neededBytes() {
        return HopWriter.linkBytes(relayed.lengthBytes());
    }

    /** Monotonic milliseconds after which nobody waits for the answer any more. */
    public long deadline() {
        return incoming.deadline();
    }

    /**
     * Pads the keys for the next hop and erases them here.
     *
     * @return empty when the next link is short of bytes; then it may be tried again
     */
    public Optional<HopMessage> nextMessage() {
        Optional<HopMessage> next = writer.next(
                RelayedKeys.of(incoming.container()),
                incoming.container().hop().relayId(),
                incoming.container().hop().path(),
                incoming.container().hop().position() + 1,
                nextLink,
                relayed);
        next.ifPresent(written -> {
            message = written;
            relayed.close();
        });
        return next;
    }

    RelayResults.Ticket ticket() {
        return ticket;
    }

    IncomingMessage incoming() {
        return incoming;
    }

    /** What was written for the next node, if anything. */
    Optional<HopMessage> message() {
        return Optional.ofNullable(message);
    }

    /** Erases the keys; true the first time. */
    boolean end() {
        relayed.close();
        return ended.compareAndSet(false, true);
    }
}
