package org.qkdmesh.doctor;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.qkdmesh.config.NodeConfig;
import org.qkdmesh.discovery.Advert;
import org.qkdmesh.discovery.AdvertReader;
import org.qkdmesh.discovery.Exchange;
import org.qkdmesh.discovery.ExchangeCodec;
import org.qkdmesh.etsi020.Extension;
import org.qkdmesh.etsi020.MalformedMessage;
import org.qkdmesh.etsi020.VersionCodec;
import org.qkdmesh.identity.JwsVerifier;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.NodeClock;
import org.qkdmesh.transport.PeerClient;

/** One neighbour: reachable, itself, of this protocol, and of the same opinion about the link. */
final class NeighbourCheck implements Check {

    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final NodeConfig config;
    private final NodeConfig.Neighbour neighbour;
    private final Peer peer;
    private final NodeState state;
    private final Clocks clocks;
    private final PeerClient client;
    private final List<Finding> findings = new ArrayList<>();

    NeighbourCheck(NodeConfig config, NodeConfig.Neighbour neighbour, Peer peer, NodeState state, Clocks clocks) {
        this.config = config;
        this.neighbour = neighbour;
        this.peer = peer;
        this.state = state;
        this.clocks = clocks;
        this.client = new PeerClient(peer.url(), peer.tls(), PATIENCE);
    }

    @Override
    public String title() {
        return "neighbour " + neighbour.id();
    }

    @Override
    public List<Finding> run() {
        Handshake.Seen seen = Handshake.with(peer, clocks.now());
        findings.addAll(seen.findings());
        if (seen.usable() && versions()) {
            adverts();
        }
        return findings;
    }

    /** Whether it talks to this node. */
    private boolean versions() {
        Optional<PeerClient.Answer> answer = call("GET", "/kmapi/versions", new byte[0]);
        if (answer.isEmpty()) {
            return false;
        }
        if (answer.get().status() != 200) {
            findings.add(refused("/kmapi/versions", answer.get()));
            return false;
        }
        try {
            VersionCodec codec = new VersionCodec(new Extension(config.relay().enterpriseNumber()));
            VersionCodec.Peer said = codec.decode(answer.get().body());
            if (!said.node().equals(neighbour.id())) {
                findings.add(Finding.fail(
                        "it calls itself " + said.node(),
                        "Correct id or url of this neighbour, or id in its own file."));
                return false;
            }
            findings.add(Finding.ok("speaks protocol " + Extension.PROTOCOL
                    + ", takes this node for its neighbour, epoch " + brief(said.epoch())));
            state.epoch().ifPresent(own -> epochs(own, said));
            return true;
        } catch (MalformedMessage e) {
            findings.add(Finding.fail(
                    "it does not speak this node's protocol: " + e.getMessage(),
                    "Bring both nodes to the same version (docs/operating/upgrade.md), and see that relay.enterprise_number is"
                            + " the same in both files."));
            return false;
        }
    }

    /** Whether each knows the epoch that the other is in; until then no key goes over the link. */
    private void epochs(UUID own, VersionCodec.Peer said) {
        Optional<UUID> knownHere = state.epochOf(neighbour.id());
        boolean hereKnowsIt = knownHere.equals(Optional.of(said.epoch()));
        boolean itKnowsHere = said.knownEpoch().equals(Optional.of(own));
        if (hereKnowsIt && itKnowsHere) {
            findings.add(Finding.ok("both ends know the epoch of the other"));
        }
        if (!hereKnowsIt) {
            findings.add(
                    Finding.warn(
                            "this node " + known(knownHere) + " that it is in",
                            "It asks again within seconds: look once more. If it stays so, two nodes with one id may run there."));
        }
        if (!itKnowsHere) {
            findings.add(Finding.warn(
                    "it " + known(said.knownEpoch()) + " of this node, which is in " + brief(own),
                    "It asks again within seconds: look once more. If it stays so, it does not reach this node: see there"
                            + " what doctor says."));
        }
    }

    private static String known(Optional<UUID> epoch) {
        return epoch.map(one -> "knows another epoch (" + brief(one) + ") than that")
                .orElse("does not know the epoch");
    }

    private static String brief(UUID epoch) {
        return epoch.toString().substring(0, 8) + "…";
    }

    private Finding refused(String door, PeerClient.Answer answer) {
        String text = "it answers " + answer.status() + " to this node at " + door;
        return answer.status() == 401
                ? Finding.fail(
                                text + ". It does not count " + config.id() + " among its neighbours",
                                "Enter this node under neighbours in its file (id: " + config.id()
                                        + "), and if it pins a certificate there, this node's; then have it read the file again there.")
                        .next("./qkd-mesh reload --config FILE    # on the machine of " + neighbour.id())
                : answer.status() == 404
                        ? Finding.fail(
                                        text,
                                        "What listens there is no node of qkd-mesh, or its peers have another port: peer_port.")
                                .next(peer.curl(door))
                        : Finding.warn(text, "See its log, and look again.").next(peer.curl(door));
    }

    /** Asks for its adverts, giving none: those of this node are the running node's to send. */
    private void adverts() {
        byte[] request = ExchangeCodec.encode(new Exchange(List.of(), Map.of(), ""));
        Optional<PeerClient.Answer> answer = call("POST", "/mesh/v1/adverts", request);
        if (answer.isEmpty()) {
            return;
        }
        if (answer.get().status() != 200) {
            findings.add(refused("/mesh/v1/adverts", answer.get()));
            return;
        }
        try {
            own(ExchangeCodec.decode(answer.get().body()));
        } catch (MalformedMessage e) {
            findings.add(Finding.fail(
                    "its adverts are in no form that is known: " + e.getMessage(),
                    "Bring both nodes to the same version: docs/operating/upgrade.md."));
        }
    }

    private void own(Exchange exchange) {
        Refusals refusals = new Refusals();
        AdvertReader reader =
                new AdvertReader(new JwsVerifier(peer.authorities(), refusals.clock), refusals.clock, refusals);
        List<AdvertReader.Claim> claims = reader.claims(neighbour.id(), exchange.adverts());
        Optional<Advert> advert = reader.verify(neighbour.id(), claims).stream()
                .map(AdvertReader.Genuine::advert)
                .filter(one -> one.node().equals(neighbour.id()))
                .findFirst();
        if (advert.isPresent()) {
            link(advert.get());
        } else if (refusals.reason.isEmpty()) {
            findings.add(Finding.warn(
                    "it has no advert of its own yet",
                    "A node that was just started has one after some seconds: look again."));
        } else {
            findings.add(Finding.fail(
                    "its advert is refused here: " + refusals.reason.replace('_', ' '),
                    refusals.reason.equals("too_old")
                            ? "Its clock and this machine's are too far apart: see the section on the clock."
                            : "See that it is certified by the same authority, with a node's certificate."));
        }
    }

    private void link(Advert advert) {
        Optional<Advert.Link> link = advert.links().stream()
                .filter(one -> one.neighbour().equals(config.id()))
                .findFirst();
        if (link.isEmpty()) {
            findings.add(Finding.fail(
                    "its advert has no link to " + config.id(), "Enter this node under neighbours in its file."));
        } else if (link.get().up()) {
            findings.add(upLink(link.get(), neighbour));
        } else if (state.runs()) {
            findings.add(Finding.fail(
                            "advertises its link to this node as down, although this node runs",
                            "It cannot reach this node: on its machine, see that url leads here, and what doctor says there.")
                    .next("./qkd-mesh doctor --config FILE    # on the machine of " + neighbour.id()));
        } else {
            findings.add(
                    Finding.ok("advertises its link to this node as down, as it should while this node does not run"));
        }
    }

    /** What a neighbour's word about its link to this node says. */
    static Finding upLink(Advert.Link link, NodeConfig.Neighbour neighbour) {
        boolean leftToFetch = neighbour.kmes().stream().allMatch(kme -> kme.masters() == NodeConfig.Masters.REMOTE);
        if (link.available() > 0 || !leftToFetch) {
            return Finding.ok("advertises its link to this node as up, with "
                    + (link.available() > 0 ? "link keys" : "no link keys yet"));
        }
        return Finding.warn(
                "has no link keys for its link to this node, which leaves it to " + neighbour.id()
                        + " to fetch any: masters is remote here for all KMEs of the link",
                "See that masters is local or both for them in the file of " + neighbour.id()
                        + ": with remote at both ends nobody fetches keys. If it is, see there whether its KMEs give keys.");
    }

    private Optional<PeerClient.Answer> call(String method, String target, byte[] body) {
        try {
            PeerClient.Answer answer = client.call(method, target, body);
            clocks.saw(neighbour.id().text(), answer.date(), answer.took());
            return Optional.of(answer);
        } catch (IOException e) {
            String why = String.valueOf(e.getMessage());
            findings.add(
                    Handshake.soundsLikeRefusal(why)
                            ? Handshake.refusesUs(peer, why)
                            : Finding.fail(
                                            "no answer to " + target + ": " + why,
                                            "See its log; it accepts connections but does" + " not answer.")
                                    .next(peer.curl(target)));
            return Optional.empty();
        }
    }

    /** Why an advert was not believed. */
    private final class Refusals implements EventLog {

        private final NodeClock clock = new NodeClock() {
            @Override
            public long monotonicMillis() {
                return System.nanoTime() / 1_000_000;
            }

            @Override
            public Instant wall() {
                return clocks.now();
            }
        };

        private String reason = "";

        @Override
        public void refused(String door, String why) {
            reason = why;
        }

        @Override
        public void alarm(String kind, String detail) {}

        @Override
        public void noted(String kind, String detail) {}
    }
}
