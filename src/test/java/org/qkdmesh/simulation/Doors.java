package org.qkdmesh.simulation;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.qkdmesh.discovery.ExchangeCodec;
import org.qkdmesh.etsi020.HopRefusal;
import org.qkdmesh.etsi020.MalformedMessage;
import org.qkdmesh.etsi020.RefusalReason;
import org.qkdmesh.etsi020.VersionCodec;
import org.qkdmesh.kme.Claim;
import org.qkdmesh.kme.ClaimLinkKeys;
import org.qkdmesh.kme.Grant;
import org.qkdmesh.kme.GrantCodec;
import org.qkdmesh.kme.GrantRequest;
import org.qkdmesh.kme.LinkKeyAnnouncement;
import org.qkdmesh.kme.LinkKeyCodec;
import org.qkdmesh.kme.LinkKeys;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.Refusal;
import org.qkdmesh.relay.Handling;
import org.qkdmesh.relay.HopAnswer;
import org.qkdmesh.relay.HopMessage;
import org.qkdmesh.relay.HopReply;
import org.qkdmesh.relay.HopSends;
import org.qkdmesh.relay.Reception;
import org.qkdmesh.relay.Transit;
import org.qkdmesh.simulation.SimulatedNetwork.Outcome;
import org.qkdmesh.simulation.SimulatedNetwork.Request;

/** What a node does when a neighbour calls. */
final class Doors {

    private static final long NOTICE_TIMEOUT = 1_000;

    private final SimulatedProcess process;
    private final World world;
    private final Hops hops;

    Doors(SimulatedProcess process, World world, Hops hops) {
        this.process = process;
        this.world = world;
        this.hops = hops;
    }

    void receive(NodeId from, Request request, Consumer<Outcome> reply) {
        try {
            switch (request.path()) {
                case "versions" -> {
                    VersionCodec.Peer self = new VersionCodec.Peer(process.id(), process.epoch);
                    ok(reply, Body.of(self, new VersionCodec(SimulatedProcess.EXTENSION)::encode));
                }
                case "adverts" ->
                    ok(
                            reply,
                            Body.of(
                                    process.discovery.received(
                                            from, request.body().read(ExchangeCodec::decode)),
                                    ExchangeCodec::encode));
                case "link-keys" -> claim(from, request.body().read(LinkKeyCodec::decode), reply);
                case "grant" -> grant(from, request.body().read(GrantCodec::decode), reply);
                case "notices" -> letter(request, process.notices::receive, from, reply);
                case "seals" -> letter(request, process.sealLetters::receive, from, reply);
                case "ext_keys" -> relay(from, request, reply);
                default -> throw new IllegalArgumentException(request.path());
            }
        } catch (MalformedMessage | Refusal e) {
            refuse(reply, HopRefusal.of(RefusalReason.INVALID, e.getMessage()));
        }
    }

    private static void ok(Consumer<Outcome> reply, Body body) {
        reply.accept(new Outcome.Answered(200, body, null));
    }

    private static void refuse(Consumer<Outcome> reply, HopRefusal refusal) {
        answer(reply, HopReply.refused(refusal));
    }

    private static void answer(Consumer<Outcome> reply, HopReply answer) {
        reply.accept(new Outcome.Answered(
                answer.status(), Body.of(answer.body()), answer.confirmation().orElse(null)));
    }

    private void claim(NodeId from, LinkKeyAnnouncement announcement, Consumer<Outcome> reply) {
        LinkKeys link = process.neighbours.link(from).orElseThrow();
        ClaimLinkKeys claiming = claimerOf(from, announcement);
        Claim claim = link.incoming().announced(announcement);
        if (claim instanceof Claim.Wanted wanted) {
            ok(reply, Body.of(claiming.claim(announcement, wanted), LinkKeyCodec::encodeAnswer));
        } else if (claim instanceof Claim.EpochChanged changed) {
            if (changed.askNeighbour()) {
                process.after(1, () -> process.background().learnEpoch(from));
            }
            refuse(reply, HopRefusal.epochChanged(changed.ownEpoch()));
        }
    }

    private ClaimLinkKeys claimerOf(NodeId from, LinkKeyAnnouncement announcement) {
        List<ClaimLinkKeys> claimers = process.claimers.get(from);
        for (int i = 0; i < claimers.size(); i++) {
            if (announcement.pair().own().equals(SimulatedProcess.kme(from, process.id(), i))) {
                return claimers.get(i);
            }
        }
        throw new MalformedMessage("kme");
    }

    private void grant(NodeId from, GrantRequest request, Consumer<Outcome> reply) {
        LinkKeys link = process.neighbours.link(from).orElseThrow();
        Optional<Grant> grant = link.grants().grant(request);
        if (grant.isPresent()) {
            ok(reply, Body.of(grant.get(), GrantCodec::encodeAnswer));
            return;
        }
        if (link.neighbourEpoch().filter(request.senderEpoch()::equals).isEmpty()) {
            process.after(1, () -> process.background().learnEpoch(from));
        }
        refuse(reply, HopRefusal.epochChanged(link.ownEpoch()));
    }

    /** Takes a signed letter. */
    private interface Letters {
        Handling receive(NodeId peer, String letter, int hopsLeft);
    }

    private void letter(Request request, Letters letters, NodeId from, Consumer<Outcome> reply) {
        String signed = Background.text(request.body());
        Handling handling = letters.receive(from, signed, (int) request.number());
        if (handling instanceof Handling.Answered answered) {
            ok(reply, Background.text(answered.text()));
        } else if (handling instanceof Handling.Refused refused) {
            refuse(reply, refused.refusal());
        } else if (handling instanceof Handling.PassOn passOn) {
            Request on = new Request(request.path(), request.body(), null, passOn.hopsLeft());
            process.call(passOn.neighbour(), on, NOTICE_TIMEOUT, outcome -> {
                if (outcome instanceof Outcome.Answered) {
                    reply.accept(outcome);
                } else {
                    refuse(reply, HopRefusal.of(RefusalReason.TIMEOUT, "no answer"));
                }
            });
        }
    }

    private void relay(NodeId from, Request request, Consumer<Outcome> reply) {
        Reception reception = process.receiver.receive(
                from, request.body().bytes(), request.tag(), OptionalLong.of(request.number()));
        if (reception instanceof Reception.Answered answered) {
            answer(reply, answered.reply());
        } else if (reception instanceof Reception.Repeat repeat) {
            repeat.reply().thenAccept(known -> answer(reply, known));
        } else if (reception instanceof Reception.Forward forward) {
            sendOn(forward.transit(), reply);
        }
    }

    private void sendOn(Transit transit, Consumer<Outcome> reply) {
        Optional<HopMessage> message = transit.nextMessage();
        if (message.isPresent()) {
            world.judge.messageWritten(process.id(), message.get());
            hops.send(message.get(), new HopSends(), transit.deadline(), outcome -> conclude(transit, outcome, reply));
        } else {
            process.background().lackKeys(transit.nextLink(), transit.neededBytes());
            awaitLinkKeys(transit, reply);
        }
    }

    /** Takes none while there are too few, as each try counts as demand. */
    private void awaitLinkKeys(Transit transit, Consumer<Outcome> reply) {
        if (world.time.monotonicMillis() + SimulatedProcess.STEP >= transit.deadline()) {
            HopRefusal shortOfKeys = HopRefusal.of(RefusalReason.INSUFFICIENT_KEY_MATERIAL, "short")
                    .at(transit.nextHop());
            conclude(transit, new HopAnswer.Refused(shortOfKeys), reply);
        } else if (transit.nextLink().outgoing().availableBytes() < transit.neededBytes()) {
            process.after(SimulatedProcess.STEP, () -> awaitLinkKeys(transit, reply));
        } else {
            process.after(SimulatedProcess.STEP, () -> sendOn(transit, reply));
        }
    }

    private void conclude(Transit transit, HopAnswer outcome, Consumer<Outcome> reply) {
        process.receiver.conclude(transit, outcome).ifPresent(answer -> answer(reply, answer));
    }
}
