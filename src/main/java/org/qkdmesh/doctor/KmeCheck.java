package org.qkdmesh.doctor;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.qkdmesh.kme.Etsi014Kme;
import org.qkdmesh.kme.KmeClient;
import org.qkdmesh.kme.KmeFailure;
import org.qkdmesh.model.SessionKey;

/**
 * One KME: reachable, itself, its status, keys in both directions and the same at both ends, its limits, what is odd about
 * it. Throws away what it drew, and says how much that was.
 */
final class KmeCheck implements Check {

    private static final Set<String> MEMBERS = Set.of(
            "source_KME_ID",
            "target_KME_ID",
            "master_SAE_ID",
            "slave_SAE_ID",
            "key_size",
            "stored_key_count",
            "max_key_count",
            "max_key_per_request",
            "max_key_size",
            "min_key_size",
            "max_SAE_ID_count");

    private final KmeSubject subject;
    private final Optional<FarEnd> farEnd;
    private final boolean draws;
    private final Clocks clocks;
    private final List<Finding> findings = new ArrayList<>();
    private final ObservedCalls calls;
    private final KmeClient kme;

    /**
     * @param farEnd what keys are compared with; empty when the other end cannot be asked
     * @param draws whether keys are drawn at all
     */
    KmeCheck(KmeSubject subject, Optional<FarEnd> farEnd, boolean draws, Clocks clocks) {
        this.subject = subject;
        this.farEnd = farEnd;
        this.draws = draws;
        this.clocks = clocks;
        this.calls = new ObservedCalls(subject.peer(), clocks);
        this.kme = new Etsi014Kme(subject.far(), calls, calls::brokeRule);
    }

    @Override
    public String title() {
        return subject.title();
    }

    @Override
    public List<Finding> run() {
        Handshake.Seen seen = Handshake.with(subject.peer(), clocks.now());
        findings.addAll(seen.findings());
        if (seen.usable()) {
            Optional<Finding> drawn = status().flatMap(this::lookAtKeys);
            findings.addAll(calls.oddities().values());
            drawn.ifPresent(findings::add);
        }
        return findings;
    }

    /** Tells how much was drawn. */
    private Optional<Finding> lookAtKeys(KmeClient.Status status) {
        if (!draws) {
            return Optional.empty();
        }
        List<SessionKey> keys = new KmeDraws(subject, calls, kme, findings).draw(status);
        int drawn = keys.size();
        long bits = keys.stream().mapToLong(key -> key.bytes().lengthBits()).sum();
        if (farEnd.isPresent()) {
            KmeComparison comparison = new KmeComparison(subject, farEnd.get(), calls, kme, findings);
            if (comparison.ofHere(keys)) {
                int usual = KmeDraws.usualBits(calls, status);
                int there = comparison.ofThere(usual);
                drawn += there;
                bits += (long) there * usual;
            }
        } else {
            keys.forEach(SessionKey::close);
            findings.add(Finding.warn(
                    "whether both ends give the same keys cannot be seen: the other end cannot be asked from here",
                    "When both nodes run, ./qkd-mesh doctor --config FILE compares keys through the neighbour."));
        }
        return drawn == 0
                ? Optional.empty()
                : Optional.of(Finding.ok(
                        drawn + " keys, " + bits + " bit in all, were drawn to look at it, and thrown away"));
    }

    private Optional<KmeClient.Status> status() {
        KmeClient.Status status;
        try {
            status = kme.status();
        } catch (KmeFailure e) {
            findings.add(noStatus(e));
            return Optional.empty();
        }
        findings.add(Finding.ok("status: keys of " + status.minKeyBits() + " to " + status.maxKeyBits() + " bit, "
                + status.maxKeysPerRequest() + " a request, " + status.storedKeys() + " stored now"));
        expectName("source_KME_ID", subject.peer().expected().id(), "id");
        subject.farKme().ifPresent(far -> expectName("target_KME_ID", far.text(), "peer"));
        expectName("master_SAE_ID", subject.own().text(), "sae_id");
        expectName("slave_SAE_ID", subject.far().text(), "peer_sae_id");
        List<String> missing = MEMBERS.stream()
                .filter(name -> !calls.status().has(name))
                .sorted()
                .toList();
        if (!missing.isEmpty()) {
            calls.odd(
                    "status members",
                    "its status lacks " + String.join(", ", missing),
                    "qkd-mesh takes the least that the others leave open, so one key a request where max_key_per_request is"
                            + " missing. Tell the vendor.");
        }
        if (status.storedKeys() == 0) {
            findings.add(Finding.warn(
                    "it has no keys stored now",
                    "See at the device whether the quantum link is up and makes keys; a link that was just started fills up by"
                            + " itself."));
        }
        return Optional.of(status);
    }

    private void expectName(String member, String expected, String key) {
        calls.statusText(member)
                .filter(said -> !said.equals(expected))
                .ifPresent(said -> calls.odd(
                        member,
                        "its status says " + member + " " + said + ", expected " + expected,
                        "Correct " + key
                                + " in the configuration if that is another device or name; if it is the same one under"
                                + " another spelling, it does no harm."));
    }

    private Finding noStatus(KmeFailure failure) {
        String text = "no status: " + failure.getMessage();
        String curl = subject.curl("status");
        return switch (calls.lastStatus()) {
            case 401, 403 ->
                Finding.fail(
                                text + ". It does not take "
                                        + subject.peer().files().certificate() + " for an SAE of its own",
                                "Have " + subject.own()
                                        + " entered at the KME with that certificate; or correct sae_id,"
                                        + " client_certificate and client_key.")
                        .next(curl);
            case 400 ->
                Finding.fail(
                                text + ". It probably does not know " + subject.far() + ", the SAE at the other end",
                                "Have it entered at the KME, or correct the SAE id of the other end.")
                        .next(curl);
            case 404 ->
                Finding.fail(
                                text + ". It has no /api/v1/keys/" + subject.far() + "/status",
                                "See that url leads to the KME's key delivery API, and that it knows " + subject.far()
                                        + ".")
                        .next(curl);
            case 0 ->
                Handshake.soundsLikeRefusal(failure.getMessage())
                        ? Handshake.refusesUs(subject.peer(), failure.getMessage())
                        : Finding.fail(text, "See the KME's own log; it accepts connections but does not answer.")
                                .next(curl);
            default -> Finding.fail(text, "See the KME's own log.").next(curl);
        };
    }
}
