package org.qkdmesh.relay;

import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.qkdmesh.crypto.OneTimeMac;
import org.qkdmesh.crypto.OneTimePad;
import org.qkdmesh.etsi020.ExtKeyCodec;
import org.qkdmesh.etsi020.ExtKeyContainer;
import org.qkdmesh.etsi020.HopData;
import org.qkdmesh.etsi020.HopRefusal;
import org.qkdmesh.etsi020.MalformedMessage;
import org.qkdmesh.etsi020.RefusalReason;
import org.qkdmesh.etsi020.UnsupportedExtension;
import org.qkdmesh.kme.Asker;
import org.qkdmesh.kme.LinkKeys;
import org.qkdmesh.kme.Neighbours;
import org.qkdmesh.kme.Redemption;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.KeyRange;
import org.qkdmesh.model.KmePair;
import org.qkdmesh.model.NodeClock;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.SecretBytes;

/**
 * Takes relay messages of neighbours. All checks come before any link key is touched; then the named bytes count as
 * used, whatever follows, and so they do when a message is refused that might pass at another time. A message that is
 * refused stores, forwards and delivers nothing, then or later. Safe for use by several threads.
 */
public final class Receiver {

    private static final String DOOR = "ext-keys";

    private final NodeId self;
    private final Neighbours neighbours;
    private final Egress egress;
    private final RelayLimits limits;
    private final NodeClock clock;
    private final RelaySignals signals;
    private final EventLog events;
    private final ExtKeyCodec codec;
    private final HopWriter writer;
    private final RelayResults results;
    private final Slots slots;

    public Receiver(
            NodeId self,
            Neighbours neighbours,
            Egress egress,
            RelayLimits limits,
            NodeClock clock,
            RelaySignals signals,
            EventLog events,
            ExtKeyCodec codec) {
        this.self = self;
        this.neighbours = neighbours;
        this.egress = egress;
        this.limits = limits;
        this.clock = clock;
        this.signals = signals;
        this.events = events;
        this.codec = codec;
        this.writer = new HopWriter(codec);
        this.results = new RelayResults(clock, limits.maxResults());
        this.slots = new Slots(limits.slots());
    }

    /**
     * Takes a message.
     *
     * @param peer the neighbour that sent it, by its certificate
     * @param tagHeader the tag in base64; null if there was none
     * @param millisLeft how long the sender will wait, if it said so
     * @return what to do; a {@code Forward} has to be {@link #conclude}d
     */
    public Reception receive(NodeId peer, byte[] body, String tagHeader, OptionalLong millisLeft) {
        long wait = Math.min(limits.requestMillis(), millisLeft.orElse(limits.requestMillis()));
        ExtKeyContainer container;
        byte[] tag;
        try {
            container = codec.decode(body);
            tag = readTag(tagHeader);
        } catch (MalformedMessage e) {
            return answered(peer.text(), HopRefusal.of(RefusalReason.INVALID, e.getMessage()));
        } catch (UnsupportedExtension e) {
            return answered(peer.text(), HopRefusal.of(RefusalReason.UNSUPPORTED, e.getMessage()));
        }
        IncomingMessage message =
                new IncomingMessage(peer, container, body, tag, clock.monotonicMillis() + Math.max(0, wait));
        return receive(message);
    }

    /** How full the memory of answers for repeats is: 1 when a neighbour is refused one more. */
    public double resultsUsed() {
        return results.used();
    }

    private Reception receive(IncomingMessage message) {
        HopData hop = message.container().hop();
        RelayResults.Lookup lookup = results.begin(message.peer(), hop.relayId(), message.body());
        if (lookup instanceof RelayResults.Lookup.Repeat repeat) {
            return new Reception.Repeat(repeat.result().thenApply(result -> result.answer(message.container())));
        }
        if (lookup instanceof RelayResults.Lookup.Conflict) {
            return answered(
                    sender(message), HopRefusal.of(RefusalReason.INVALID, "relay_id: used before with another body"));
        }
        if (!(lookup instanceof RelayResults.Lookup.First first)) {
            return refusedForNow(
                    message,
                    HopRefusal.of(RefusalReason.BUSY, "too many recent relays").at(message.hop()));
        }
        if (!slots.tryTake(hop.hopsToGo())) {
            Reception.Answered busy = refusedForNow(
                    message,
                    HopRefusal.of(RefusalReason.BUSY, "all slots are taken").at(message.hop()));
            results.forget(first.ticket(), busy.reply());
            return busy;
        }
        Reception reception = null;
        try {
            reception = work(message, first.ticket());
            if (reception instanceof Reception.Answered answered) {
                results.complete(first.ticket(), answered.reply());
            }
            return reception;
        } finally {
            if (reception == null) {
                HopRefusal defect =
                        HopRefusal.of(RefusalReason.BUSY, "this node failed").withKeptNone(false);
                results.complete(first.ticket(), HopReply.refused(defect));
            }
            if (!(reception instanceof Reception.Forward)) {
                slots.release();
            }
        }
    }

    private Reception work(IncomingMessage message, RelayResults.Ticket ticket) {
        UUID epoch = egress.epoch();
        Optional<HopRefusal> refusal = check(message);
        if (refusal.isPresent()) {
            return answered(message.peer().text(), refusal.get());
        }
        Optional<HopRefusal> refusalForNow = checkForNow(message);
        if (refusalForNow.isPresent()) {
            return refusedForNow(message, refusalForNow.get());
        }
        LinkKeys link = neighbours.link(message.peer()).orElseThrow();
        Redemption redemption = link.incoming().redeem(message.container().hop().ranges());
        if (redemption instanceof Redemption.UnknownKey unknown) {
            return answered(
                    message.peer().text(),
                    HopRefusal.of(RefusalReason.UNKNOWN_LINK_KEY, "a link key is not held here")
                            .at(message.hop())
                            .withKey(unknown.keyId()));
        }
        if (redemption instanceof Redemption.Invalid invalid) {
            return answered(
                    message.peer().text(), HopRefusal.of(RefusalReason.INVALID, "link_keys: " + invalid.reason()));
        }
        Optional<SecretBytes> recovered;
        try (SecretBytes linkBytes = ((Redemption.Bytes) redemption).bytes()) {
            recovered = recover(message, linkBytes);
        }
        if (recovered.isEmpty()) {
            List<KmePair> suspects = link.incoming()
                    .discard(message.container().hop().ranges().stream()
                            .map(KeyRange::keyId)
                            .distinct()
                            .toList());
            events.alarm(
                    "tag-mismatch",
                    "a message of " + message.peer()
                            + " can not be read with the link keys that it names; the KMEs of a pair seem to give"
                            + " different keys: " + suspects);
            return answered(
                    message.peer().text(),
                    HopRefusal.of(RefusalReason.TAG_MISMATCH, "the link keys named are thrown away")
                            .at(message.hop()));
        }
        SecretBytes relayed = recovered.get();
        if (message.isAtEgress()) {
            try (relayed) {
                return stored(message, epoch, relayed);
            }
        }
        LinkKeys next = neighbours.link(nextNode(message)).orElseThrow();
        return new Reception.Forward(new Transit(ticket, message, relayed, next, asker(message), writer));
    }

    /** Anybody can invent masters: only those that belong to the node that the message comes from have a share of their own. */
    private Asker asker(IncomingMessage message) {
        ExtKeyContainer container = message.container();
        NodeId ingress = container.hop().path().ingress();
        return Asker.behind(
                message.peer(),
                Optional.of(container.saes().master()).filter(master -> egress.hasHeardOf(master, ingress)));
    }

    private Reception stored(IncomingMessage message, UUID redeemedIn, SecretBytes relayed) {
        Egress.Stored stored = egress.store(message, redeemedIn, relayed);
        return stored.refusal()
                .<Reception>map(refusal ->
                        answered(sender(message), refusal.edge().isPresent() ? refusal : refusal.at(message.hop())))
                .orElseGet(() -> new Reception.Answered(HopReply.relayed(message.container(), stored.confirmation())));
    }

    /** The relayed bytes; empty when the tag is wrong. */
    private static Optional<SecretBytes> recover(IncomingMessage message, SecretBytes linkBytes) {
        byte[] values = message.container().values();
        try (SecretBytes pad = linkBytes.slice(0, values.length);
                SecretBytes macKey = linkBytes.slice(values.length, OneTimeMac.KEY_BYTES)) {
            SecretBytes relayed = SecretBytes.owning(OneTimePad.apply(values, pad));
            if (OneTimeMac.verify(message.tag(), macKey, message.body(), relayed)) {
                return Optional.of(relayed);
            }
            relayed.close();
            return Optional.empty();
        }
    }

    /**
     * Refuses a message that might pass at another time. Its sender has been told that nothing was kept, and owes no
     * void: so that it can not pass when it comes again, long after it is forgotten, its bytes count as used. Each such
     * message takes link keys of its own, therefore; one without them is the neighbour's doing, whoever sent it first.
     */
    private Reception.Answered refusedForNow(IncomingMessage message, HopRefusal refusal) {
        Optional<SecretBytes> used = neighbours
                .link(message.peer())
                .map(link -> link.incoming().redeem(message.container().hop().ranges()))
                .filter(Redemption.Bytes.class::isInstance)
                .map(redeemed -> ((Redemption.Bytes) redeemed).bytes());
        used.ifPresent(SecretBytes::close);
        return answered(used.isPresent() ? sender(message) : message.peer().text(), refusal);
    }

    /** What a message is wrong in for ever, as far as that shows without touching a link key. */
    private Optional<HopRefusal> check(IncomingMessage message) {
        ExtKeyContainer container = message.container();
        HopData hop = container.hop();
        int position = hop.position();
        Optional<LinkKeys> link = neighbours.link(message.peer());
        if (link.isEmpty() || !hop.path().node(position - 1).equals(message.peer())) {
            return refuse(RefusalReason.UNAUTHORIZED, "the sender is not the node before this one in the path");
        }
        if (!hop.path().node(position).equals(self)) {
            return refuse(RefusalReason.INVALID, "position: this node is not there in the path");
        }
        Optional<HopRefusal> staleEpoch = checkEpochs(message, link.get());
        if (staleEpoch.isPresent()) {
            return staleEpoch;
        }
        long padBytes = link.get().incoming().padBytes(hop.ranges());
        if (padBytes != HopWriter.linkBytes(container.values().length)) {
            return refuse(RefusalReason.INVALID, "link_keys: the ranges do not add up to the values and the tag's key");
        }
        if (position == 1 && hop.targetIndex() == 0 && !allZero(container.values(), container.keysBytes())) {
            return refuse(RefusalReason.INVALID, "value: zero on the first hop");
        }
        return Optional.empty();
    }

    /** What may be otherwise at another time. */
    private Optional<HopRefusal> checkForNow(IncomingMessage message) {
        if (clock.monotonicMillis() >= message.deadline()) {
            return Optional.of(
                    HopRefusal.of(RefusalReason.TIMEOUT, "no time left").at(message.hop()));
        }
        return message.isAtEgress() ? egress.check(message) : checkNextHop(message);
    }

    private Optional<HopRefusal> checkEpochs(IncomingMessage message, LinkKeys link) {
        HopData hop = message.container().hop();
        boolean senderKnown =
                link.neighbourEpoch().filter(hop.senderEpoch()::equals).isPresent();
        if (!senderKnown) {
            signals.askEpoch(message.peer());
        }
        if (senderKnown && hop.receiverEpoch().equals(link.ownEpoch())) {
            return Optional.empty();
        }
        return Optional.of(HopRefusal.epochChanged(link.ownEpoch()).at(message.hop()));
    }

    private Optional<HopRefusal> checkNextHop(IncomingMessage message) {
        Optional<LinkKeys> next = neighbours.link(nextNode(message));
        HopData hop = message.container().hop();
        if (next.isEmpty()) {
            return Optional.of(HopRefusal.of(RefusalReason.NO_KNOWN_ROUTE, "the next node is no neighbour")
                    .at(hop.path().hopFrom(hop.position())));
        }
        if (HopWriter.linkBytes(message.container().values().length)
                > next.get().outgoing().largestRequestBytes()) {
            return Optional.of(HopRefusal.of(RefusalReason.INSUFFICIENT_KEY_MATERIAL, "more than the link can hold")
                    .at(hop.path().hopFrom(hop.position())));
        }
        return Optional.empty();
    }

    /**
     * Ends a transit by what came of the next message.
     *
     * @param outcome of all sends; {@code NotSent} when there was no next message
     * @return the answer to the neighbour that sent the keys here, the same for its repeats; empty if the transit was
     *     concluded before
     */
    public Optional<HopReply> conclude(Transit transit, HopAnswer outcome) {
        if (!transit.end()) {
            return Optional.empty();
        }
        try {
            transit.message().ifPresent(message -> LinkFeedback.apply(transit.nextLink(), self, message, outcome));
            HopReply reply = replyTo(transit, outcome);
            reply.refusal()
                    .ifPresent(refusal -> events.refused(DOOR, refusal.reason().wireName()));
            results.complete(transit.ticket(), reply);
            return Optional.of(reply);
        } finally {
            slots.release();
        }
    }

    private static HopReply replyTo(Transit transit, HopAnswer outcome) {
        if (outcome instanceof HopAnswer.Relayed relayed) {
            return HopReply.relayed(transit.incoming().container(), relayed.confirmation());
        }
        if (outcome instanceof HopAnswer.Refused refused) {
            HopRefusal refusal = refused.refusal();
            return HopReply.passedUp(refusal.edge().isPresent() ? refusal : refusal.at(transit.nextHop()));
        }
        return HopReply.passedUp(HopRefusal.of(outcome.reason(), "the next node did not answer")
                .at(transit.nextHop())
                .withKeptNone(outcome.keptNone()));
    }

    private static NodeId nextNode(IncomingMessage message) {
        HopData hop = message.container().hop();
        return hop.path().node(hop.position() + 1);
    }

    private static boolean allZero(byte[] values, int length) {
        for (int i = 0; i < length; i++) {
            if (values[i] != 0) {
                return false;
            }
        }
        return true;
    }

    private static byte[] readTag(String header) {
        try {
            byte[] tag = Base64.getDecoder().decode(header == null ? "" : header);
            if (tag.length == OneTimeMac.TAG_BYTES) {
                return tag;
            }
        } catch (IllegalArgumentException e) {
            // Said below, together with a wrong length.
        }
        throw new MalformedMessage(HopMessage.TAG_HEADER + " shall hold " + OneTimeMac.TAG_BYTES + " bytes in base64");
    }

    private static Optional<HopRefusal> refuse(RefusalReason reason, String message) {
        return Optional.of(HopRefusal.of(reason, message));
    }

    /**
     * Who is to be told of when what is wrong in a message can be the doing of the node that it comes from in the beginning:
     * the neighbour and that node, so that neither is shut out for what the other does. Of names that are not heard of all
     * are one, since anybody can invent them.
     */
    private String sender(IncomingMessage message) {
        NodeId ingress = message.container().hop().path().ingress();
        if (ingress.equals(message.peer())) {
            return ingress.text();
        }
        return egress.hasHeardOf(ingress)
                ? message.peer() + " with a message of " + ingress
                : message.peer() + " with messages of nodes that are not heard of";
    }

    private Reception.Answered answered(String sender, HopRefusal refusal) {
        events.refused(DOOR, refusal.reason().wireName(), sender);
        return new Reception.Answered(HopReply.refused(refusal));
    }
}
