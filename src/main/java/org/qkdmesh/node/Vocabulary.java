package org.qkdmesh.node;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.qkdmesh.etsi020.RefusalReason;
import org.qkdmesh.model.Refusal;
import org.qkdmesh.ops.MeteredEvents;
import org.qkdmesh.sae.SaeRules;
import org.qkdmesh.transport.RouteServer;

/** The words that a node reports with, told to the metrics before the first report: 0 is an answer, nothing is none. */
final class Vocabulary {

    /** Every kind of alarm that a node raises. */
    static final List<String> ALARMS = List.of(
            "asks-for-keys-of-others",
            "asks-too-fast",
            "audit-altered",
            "audit-lost",
            "audit-not-written",
            "cannot-relay-with",
            "combine-differs",
            "keys-destroyed",
            "kme-failed",
            "link-avoided",
            "nobody-fetches",
            "node-misbehaves",
            "odd-link-key",
            "refused-link-key",
            "refused-often",
            "repeated-link-key",
            "restored-copy",
            "sae-claim-refused",
            "seal-mismatch",
            "start-unconfirmed",
            "store-failure",
            "tag-mismatch",
            "too-many-newcomers",
            "unconfirmed-link-key",
            "unreadable-data-key",
            "unreadable-key",
            "wrong-node",
            "zeroised");

    private static final List<String> SAE_METHODS = List.of("status", "enc-keys", "dec-keys");

    /** The doors of other nodes. */
    static final List<String> PEER_METHODS = List.of(
            "ext-keys",
            "ext-keys-ack",
            "ext-keys-void",
            "notices",
            "seals",
            "claim-link-keys",
            "compare-link-keys",
            "grant-link-keys",
            "receive-adverts",
            "versions");

    private Vocabulary() {}

    static void announce(MeteredEvents events) {
        List<String> statuses = Arrays.stream(Refusal.Status.values())
                .map(status -> status.name().toLowerCase(Locale.ROOT))
                .toList();
        List<String> reasons = Arrays.stream(RefusalReason.values())
                .map(RefusalReason::wireName)
                .toList();
        events.expectRequests(SAE_METHODS);
        events.expectRequests(PEER_METHODS);
        SAE_METHODS.forEach(method -> {
            events.expectRefusals(method, statuses);
            events.expectRefusals(method, List.of(SaeRules.PAIR_NOT_ALLOWED));
        });
        events.expectRefusals("enc-keys", List.of("keys_per_second", "keys_per_day"));
        events.expectRefusals("dec-keys", List.of("unknown_key", "key_of_others"));
        events.expectRefusals("ext-keys", reasons);
        events.expectRefusals("notices", reasons);
        events.expectRefusals("seals", reasons);
        events.expectRefusals("saes", RouteServer.REFUSALS);
        events.expectRelayFailures(reasons);
        events.expectAlarms(ALARMS);
    }
}
