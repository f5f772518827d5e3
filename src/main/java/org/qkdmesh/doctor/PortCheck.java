package org.qkdmesh.doctor;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.qkdmesh.config.BindAddress;
import org.qkdmesh.config.NodeConfig;
import org.qkdmesh.identity.CertificateDetails;
import org.qkdmesh.identity.PemFiles;
import org.qkdmesh.identity.TlsCredentials;
import org.qkdmesh.transport.PeerProbe;
import org.qkdmesh.transport.PeerTls;

/** Whether a running node answers at its ports, or whether one that does not run could have them. */
final class PortCheck implements Check {

    private final NodeConfig config;
    private final Path file;
    private final NodeState state;
    private final Duration patience;

    /** @param patience how long a running node may take for a handshake; its first after a start is a slow one */
    PortCheck(NodeConfig config, Path file, NodeState state, Duration patience) {
        this.config = config;
        this.file = file;
        this.state = state;
        this.patience = patience;
    }

    @Override
    public String title() {
        return "ports";
    }

    @Override
    public List<Finding> run() {
        List<Finding> findings = new ArrayList<>();
        if (state.runs()) {
            findings.add(answers("listen", config.listen()));
            config.peerListen().ifPresent(address -> findings.add(answers("peer_port", address)));
            findings.add(Finding.ok("management: " + config.management() + " answers"));
        } else {
            findings.add(free("listen", config.listen()));
            config.peerListen().ifPresent(address -> findings.add(free("peer_port", address)));
            if (state.health().isEmpty()) {
                findings.add(free("management", config.management()));
            }
        }
        return findings;
    }

    private Finding answers(String key, BindAddress address) {
        if (address.port() == 0) {
            return Finding.ok(key + ": the system chose the port, which cannot be looked at from here");
        }
        try {
            TlsCredentials own = PemFiles.credentials(
                    config.tls().certificate(), config.tls().key());
            PeerTls tls = PeerTls.node(own, PemFiles.certificates(config.tls().ca()), config.id());
            PeerProbe.Shown shown = PeerProbe.look(onThisMachine(address), tls, patience);
            return shown.chain().isEmpty()
                    ? Finding.fail(
                                    key + ": what listens at " + address + " speaks no TLS that a node speaks",
                                    "See which program it is.")
                            .next(whoListens(address.port()))
                    : sameCertificate(
                            key, address, own.certificate(), shown.chain().get(0));
        } catch (SocketTimeoutException e) {
            return Finding.fail(
                            key + ": the node runs, but does not finish a handshake at " + address + " within "
                                    + patience.toMillis() + " ms",
                            "It is busy, or hangs. Look again; if it stays so, see what the machine is doing, and the node's log.")
                    .next("./qkd-mesh status --config " + file);
        } catch (IOException e) {
            return Finding.fail(
                    key + ": the node runs, but nothing answers at " + address + " (" + e.getMessage() + ")",
                    "If the file was changed since the node started, start it again.");
        }
    }

    private Finding sameCertificate(String key, BindAddress address, X509Certificate inFile, X509Certificate shown) {
        return inFile.equals(shown)
                ? Finding.ok(key + ": " + address + " answers, with the certificate in "
                        + config.tls().certificate())
                : Finding.warn(
                                key + ": the running node shows another certificate than the one in "
                                        + config.tls().certificate() + ": "
                                        + CertificateDetails.of(shown).holder() + ", until "
                                        + CertificateDetails.of(shown).until(),
                                "Have it read its files again, and it shows the new one.")
                        .next("./qkd-mesh reload --config " + file);
    }

    private static URI onThisMachine(BindAddress address) throws UnknownHostException {
        boolean any = address.resolved().isAnyLocalAddress();
        String host = any ? (address.host().contains(":") ? "::1" : "127.0.0.1") : address.host();
        return URI.create("https://" + new BindAddress(host, address.port()));
    }

    private static Finding free(String key, BindAddress address) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(address.resolved(), address.port()));
            return Finding.ok(key + ": " + address + " is free");
        } catch (UnknownHostException e) {
            return Finding.fail(
                    key + ": the name " + address.host() + " has no address",
                    "Listen at an address of this machine, or at 0.0.0.0 for all of them.");
        } catch (IOException e) {
            String why = String.valueOf(e.getMessage());
            if (why.contains("Permission denied")) {
                return Finding.fail(
                        key + ": this user may not listen at " + address,
                        "Use a port from 1024 on, or allow it: CAP_NET_BIND_SERVICE, in systemd AmbientCapabilities.");
            }
            if (why.contains("assign")) {
                return Finding.fail(
                                key + ": " + address.host() + " is no address of this machine",
                                "Listen at one of its addresses, or at 0.0.0.0 for all of them.")
                        .next("ip -brief address");
            }
            return Finding.fail(
                            key + ": another program listens at port " + address.port(),
                            "End that program, or give the node another port.")
                    .next(whoListens(address.port()));
        }
    }

    static String whoListens(int port) {
        return "ss -ltnp 'sport = :" + port + "'";
    }
}
