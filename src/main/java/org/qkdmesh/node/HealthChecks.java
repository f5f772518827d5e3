package org.qkdmesh.node;

import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.qkdmesh.audit.AuditLog;
import org.qkdmesh.discovery.Discovery;
import org.qkdmesh.discovery.NeighbourState;
import org.qkdmesh.kme.LinkKeys;
import org.qkdmesh.kme.LinkState;
import org.qkdmesh.model.Amounts;
import org.qkdmesh.model.KmePair;
import org.qkdmesh.model.NodeClock;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.node.management.Drain;
import org.qkdmesh.ops.Health;
import org.qkdmesh.store.NodeStore;

/**
 * What has to be well for a node to do its job, and what is told beside that. Nothing here waits, for the disk or for
 * anybody.
 */
final class HealthChecks {

    /** So long a node that hears of nobody keeps saying that it is not ready. */
    private static final long LONELY_MILLIS = 10_000;

    /** A few minutes of work at most: then nothing can be stored any more. */
    private static final long LEAST_DISK_BYTES = 16 << 20;

    private static final Duration SOON = Duration.ofDays(7);

    private final Path data;
    private final NodeStore store;
    private final Optional<AuditLog> audit;
    private final boolean auditRequired;
    private final Discovery discovery;
    private final Drain drain;
    private final Links links;
    private final Identities identities;
    private final NodeClock clock;
    private final long start;

    /** @param start of the node, on the monotonic clock */
    HealthChecks(
            Path data,
            NodeStore store,
            Optional<AuditLog> audit,
            boolean auditRequired,
            Discovery discovery,
            Drain drain,
            Links links,
            Identities identities,
            NodeClock clock,
            long start) {
        this.data = data;
        this.store = store;
        this.audit = audit;
        this.auditRequired = auditRequired;
        this.discovery = discovery;
        this.drain = drain;
        this.links = links;
        this.identities = identities;
        this.clock = clock;
        this.start = start;
    }

    Health of(NodeId node) {
        List<Health.Check> checks = new ArrayList<>();
        checks.add(new Health.Check("store", true, store::trouble));
        checks.add(new Health.Check("disk", true, this::diskTrouble));
        audit.ifPresent(log -> checks.add(new Health.Check("audit", auditRequired, log::trouble)));
        checks.add(new Health.Check("certificate", true, this::expired));
        checks.add(new Health.Check("certificate end", false, this::expiresSoon));
        checks.add(new Health.Check("network", true, this::networkTrouble));
        checks.add(new Health.Check("service", true, drain::reason));
        if (!links.link().isEmpty()) {
            checks.add(new Health.Check("links", true, this::noLinkWorks));
        }
        for (LinkKeys link : links.link().values()) {
            NodeId neighbour = link.neighbour();
            checks.add(new Health.Check("link to " + neighbour, false, () -> linkTrouble(neighbour)));
            checks.add(new Health.Check(
                    "stock for " + neighbour,
                    false,
                    () -> link.outgoing().availableBytes() > 0
                            ? Optional.empty()
                            : Optional.of(noLinkKeys(link.state()))));
            for (KmePair pair : links.pairs().get(neighbour)) {
                checks.add(new Health.Check("KME " + pair.own(), false, () -> kmeTrouble(link, pair)));
            }
        }
        return new Health(node.text(), checks);
    }

    private static String noLinkKeys(LinkState link) {
        String dry = link.pairs().stream()
                .filter(pair -> pair.ours().stockBits() == 0)
                .map(pair -> pair.kmes().own().text())
                .collect(Collectors.joining(", "));
        return link.combined()
                ? "there are no link keys, since they are those of all its KME pairs combined, and there are none of "
                        + dry
                : "there are no link keys";
    }

    private Optional<String> diskTrouble() {
        long free = data.toFile().getUsableSpace();
        return free >= LEAST_DISK_BYTES
                ? Optional.empty()
                : Optional.of((free >> 20) + " MiB are left where the keys are stored, in " + data);
    }

    private long millisLeft(X509Certificate certificate) {
        return certificate.getNotAfter().getTime() - clock.wall().toEpochMilli();
    }

    private Optional<String> expired() {
        X509Certificate own = identities.own().certificate();
        return millisLeft(own) > 0
                ? Optional.empty()
                : Optional.of(
                        "this node's certificate ended on " + own.getNotAfter().toInstant());
    }

    private Optional<String> expiresSoon() {
        List<X509Certificate> all = new ArrayList<>(identities.authorities());
        all.add(0, identities.own().certificate());
        for (X509Certificate certificate : all) {
            if (millisLeft(certificate) < SOON.toMillis()) {
                return Optional.of("the certificate of " + certificate.getSubjectX500Principal() + " ends on "
                        + certificate.getNotAfter().toInstant());
            }
        }
        return Optional.empty();
    }

    private Optional<String> networkTrouble() {
        return discovery.topology().compared() || clock.monotonicMillis() - start > LONELY_MILLIS
                ? Optional.empty()
                : Optional.of("no neighbour has told yet what it knows of the network");
    }

    /** Without one no key can be relayed, from here or to here. */
    private Optional<String> noLinkWorks() {
        boolean one = discovery.neighbours().stream()
                .filter(NeighbourState::up)
                .flatMap(neighbour -> Stream.ofNullable(links.link().get(neighbour.id())))
                .anyMatch(link -> link.outgoing().availableBytes() > 0);
        return one ? Optional.empty() : Optional.of("no link to a neighbour is up and has keys");
    }

    private Optional<String> linkTrouble(NodeId id) {
        return discovery.neighbours().stream()
                .filter(neighbour -> neighbour.id().equals(id) && !neighbour.up())
                .findFirst()
                .map(neighbour -> neighbour.silentMillis().isPresent()
                        ? "no answer for "
                                + Amounts.seconds(neighbour.silentMillis().getAsLong() / 1000)
                        : "no answer since the start of this node, "
                                + Amounts.seconds((clock.monotonicMillis() - start) / 1000) + " ago");
    }

    private static Optional<String> kmeTrouble(LinkKeys link, KmePair pair) {
        return link.state().pairs().stream()
                .filter(now -> now.kmes().equals(pair))
                .findFirst()
                .flatMap(LinkState.Pair::trouble);
    }
}
