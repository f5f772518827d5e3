package org.qkdmesh.doctor;

import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.qkdmesh.identity.CertificateChain;
import org.qkdmesh.identity.CertificateDetails;
import org.qkdmesh.identity.CertificateIdentity;
import org.qkdmesh.identity.CertificateIdentity.Role;
import org.qkdmesh.transport.PeerProbe;

/** Whether somebody can be reached and is who it should be. */
final class Handshake {

    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /** @param usable whether it makes sense to call it */
    record Seen(boolean usable, List<Finding> findings) {
        Seen {
            findings = List.copyOf(findings);
        }
    }

    private Handshake() {}

    static Seen with(Peer peer, Instant now) {
        try {
            return judge(peer, PeerProbe.look(peer.url(), peer.tls(), PATIENCE), now);
        } catch (UnknownHostException e) {
            return unusable(Finding.fail(
                            "the name " + peer.url().getHost() + " has no address",
                            "Correct the host in url, or enter the name into DNS or /etc/hosts of this machine.")
                    .next("getent hosts " + peer.url().getHost()));
        } catch (ConnectException e) {
            return unusable(Finding.fail(
                            "nothing listens at " + peer.hostAndPort() + " (" + e.getMessage() + ")",
                            "See that it runs, that url has the right port, and that no firewall refuses this machine.")
                    .next(peer.curl("/")));
        } catch (SocketTimeoutException e) {
            return unusable(Finding.fail(
                            "no answer from " + peer.hostAndPort() + " within " + PATIENCE.toSeconds() + " s",
                            "See that it runs and that the way there is open: a firewall that drops packets looks like this,"
                                    + " and so does a machine that is off.")
                    .next(peer.curl("/")));
        } catch (IOException e) {
            return unusable(Finding.fail(
                            "the connection to " + peer.hostAndPort() + " broke: " + e.getMessage(),
                            "See what the other end's log says of it.")
                    .next(peer.curl("/")));
        }
    }

    private static Seen unusable(Finding finding) {
        return new Seen(false, List.of(finding));
    }

    private static Seen judge(Peer peer, PeerProbe.Shown shown, Instant now) {
        if (shown.chain().isEmpty()) {
            return unusable(noTls(peer, shown.broken().orElse("it ended the handshake")));
        }
        CertificateDetails details = CertificateDetails.of(shown.chain().get(0));
        Optional<Finding> distrust = distrust(peer, shown, details, now);
        if (distrust.isPresent()) {
            return unusable(distrust.get());
        }
        if (shown.broken().isPresent()) {
            return unusable(refusesUs(peer, shown.broken().get()));
        }
        List<Finding> findings = new ArrayList<>();
        findings.add(Finding.ok("reachable at " + peer.hostAndPort() + " over "
                + shown.protocol().orElse("TLS") + ", shows "
                + details.identity().shown()));
        if (!details.isFresh(now)) {
            findings.add(Finding.warn(
                    "its certificate " + details.timeLeft(now),
                    "Have it replaced before that day; after it nobody talks to it any more."));
        }
        return new Seen(true, findings);
    }

    private static Optional<Finding> distrust(
            Peer peer, PeerProbe.Shown shown, CertificateDetails details, Instant now) {
        if (!details.isValid(now)) {
            return Optional.of(Finding.fail(
                            "its certificate " + details.timeLeft(now),
                            "Have it replaced. If the date looks right, this machine's clock is off.")
                    .next(peer.showCertificate()));
        }
        if (peer.isPinned()) {
            return shown.distrust().map(why -> Finding.fail(
                            "it shows another certificate than the one pinned in "
                                    + peer.files().ca() + ": " + details.holder() + ", SHA-256 "
                                    + details.fingerprint(),
                            "If it was replaced there, get the new one over a way that you trust and put it into the"
                                    + " file; if not, somebody else answers.")
                    .next(peer.showCertificate()));
        }
        Optional<String> chain = CertificateChain.fault(shown.chain(), peer.authorities(), now);
        if (chain.isPresent()) {
            return Optional.of(Finding.fail(
                            "its certificate is not to be trusted: " + chain.get(),
                            "Have it certified by an authority of "
                                    + peer.files().ca()
                                    + ", or add its authority to that file"
                                    + (isKme(peer) ? ", or pin its certificate (certificate)." : "."))
                    .next(peer.showCertificate()));
        }
        CertificateIdentity named = details.identity();
        boolean byCommonName = isKme(peer) && named.role() == Role.NAMED;
        if (!named.id().equals(peer.expected().id())
                || named.role() != peer.expected().role() && !byCommonName) {
            return Optional.of(Finding.fail(
                            "expected " + peer.expected().shown() + ", but at " + peer.hostAndPort() + " answers "
                                    + named.shown(),
                            "Correct url or id, or install the right certificate there. Two devices whose addresses are"
                                    + " crossed look like this.")
                    .next(peer.showCertificate()));
        }
        return shown.distrust().map(why -> Finding.fail(
                        "its certificate is not good for the host name "
                                + peer.url().getHost() + ", only for "
                                + (details.hosts().isEmpty() ? "none" : String.join(", ", details.hosts())),
                        "Use one of those names in url, or have it certified for this one"
                                + (isKme(peer) ? ", or pin its certificate (certificate)." : "."))
                .next(peer.showCertificate()));
    }

    private static Finding noTls(Peer peer, String why) {
        if (why.contains("plaintext") || why.contains("Unsupported or unrecognized SSL message")) {
            return Finding.fail(
                            "what listens at " + peer.hostAndPort() + " does not speak TLS",
                            "Correct the port in url, or switch TLS on there: ETSI GS QKD 014 and 020 are HTTPS only.")
                    .next(peer.curl("/"));
        }
        if (why.contains("protocol_version") || why.contains("handshake_failure")) {
            return Finding.fail(
                            "no common version of TLS, or no common cipher suite (" + why + ")",
                            isKme(peer)
                                    ? "A KME has to speak TLS 1.2 or 1.3 with ECDHE and AES-GCM or ChaCha20."
                                    : "Nodes talk to each other over TLS 1.3 only.")
                    .next(peer.curl("/"));
        }
        return refusesUs(peer, why);
    }

    /** Whether a call failed in the way in which a server ends a connection whose client certificate it does not take. */
    static boolean soundsLikeRefusal(String why) {
        return why.contains("alert") || why.contains("received no bytes") || why.contains("reset");
    }

    /** The other end ended the connection, by an alert or without a word. */
    static Finding refusesUs(Peer peer, String why) {
        return Finding.fail(
                        "it refuses the certificate that is shown to it, "
                                + peer.files().certificate() + " (" + why + ")",
                        "See that the authority of that certificate is trusted there, that it has not expired, and what the log"
                                + " there says.")
                .next("./qkd-mesh certs show " + peer.files().certificate());
    }

    private static boolean isKme(Peer peer) {
        return peer.expected().role() == Role.KME;
    }
}
