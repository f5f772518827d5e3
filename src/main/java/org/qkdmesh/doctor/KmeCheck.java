package org.qkdmesh.doctor;

import java.io.IOException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.qkdmesh.kme.CompareKeys;
import org.qkdmesh.kme.CompareKeys.Told;
import org.qkdmesh.kme.CompareKeys.Wish;
import org.qkdmesh.kme.Etsi014Kme;
import org.qkdmesh.kme.KmeClient;
import org.qkdmesh.kme.KmeFailure;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.KmeId;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.model.SessionKey;

/**
 * One KME: reachable, itself, its status, keys in both directions and the same at both ends, its limits, what is odd about
 * it. Draws at most {@value #MOST_KEYS} keys at once and throws away what it drew.
 */
final class KmeCheck implements Check {

    private static final int MOST_KEYS = 50;
    private static final int MOST_BITS = 4_096;
    private static final int TRIES = 4;
    private static final long PAUSE_MILLIS = 400;
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

    /**
     * What is looked at.
     *
     * @param own how it knows the caller
     * @param far how it knows whoever is at the other end
     * @param farKme the KME there; empty when nobody said
     */
    record Subject(String title, Peer peer, SaeId own, SaeId far, Optional<KmeId> farKme) {}

    private final Subject subject;
    private final Optional<FarEnd> farEnd;
    private final boolean draws;
    private final Clocks clocks;
    private final SecureRandom random = new SecureRandom();
    private final List<Finding> findings = new ArrayList<>();
    private final ObservedCalls calls;
    private final KmeClient kme;
    private int drawnKeys;
    private long drawnBits;

    /**
     * @param farEnd what keys are compared with; empty when the other end cannot be asked
     * @param draws whether keys are drawn at all
     */
    KmeCheck(Subject subject, Optional<FarEnd> farEnd, boolean draws, Clocks clocks) {
        this.subject = subject;
        this.farEnd = farEnd;
        this.draws = draws;
        this.clocks = clocks;
        this.calls = new ObservedCalls(subject.peer(), clocks);
        this.kme = new Etsi014Kme(subject.far(), calls);
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
            status().ifPresent(this::lookAtKeys);
            findings.addAll(calls.oddities().values());
        }
        if (drawnKeys > 0) {
            findings.add(Finding.ok(
                    drawnKeys + " keys, " + drawnBits + " bit in all, were drawn to look at it, and thrown away"));
        }
        return findings;
    }

    private void lookAtKeys(KmeClient.Status status) {
        if (!draws) {
            return;
        }
        provokeAnError();
        List<SessionKey> keys = new ArrayList<>();
        usualKey(status).ifPresent(keys::addAll);
        if (!keys.isEmpty()) {
            largestKey(status).ifPresent(keys::addAll);
            severalKeys(status).ifPresent(keys::addAll);
            requireDistinct(keys);
        }
        if (farEnd.isEmpty()) {
            keys.forEach(SessionKey::close);
            findings.add(Finding.warn(
                    "whether both ends give the same keys cannot be seen: the other end cannot be asked from here",
                    "When both nodes run, ./qkd-mesh doctor --config FILE compares keys through the neighbour."));
            return;
        }
        compareOurs(farEnd.get(), keys);
        compareTheirs(farEnd.get(), status);
    }

    // Status.

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
        String curl = subject.peer().curl("/api/v1/keys/" + subject.far() + "/status");
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

    // Keys of this end.

    private void provokeAnError() {
        KeyId nobodys = KeyId.random(random);
        try {
            kme.decKeys(List.of(nobodys)).forEach(SessionKey::close);
            findings.add(Finding.fail(
                    "it gives a key for an id that never was", "Do not use this device: whatever it gives is no key."));
        } catch (KmeFailure e) {
            int status = calls.lastStatus();
            if (status >= 500) {
                calls.odd(
                        "unknown id",
                        "answers " + status + " for a key id that it does not know, not 400",
                        "qkd-mesh takes that for a KME that is out of order for a while. Tell the vendor.");
            } else if (status == 200) {
                calls.odd(
                        "unknown id",
                        "answers 200 without the key for an id that it does not know, not 400",
                        "Tell the vendor.");
            }
        }
    }

    private Optional<List<SessionKey>> usualKey(KmeClient.Status status) {
        int bits = Math.max(status.minKeyBits(), Math.min(status.maxKeyBits(), usualBits()));
        return draw(1, bits, "a key of its usual size, " + bits + " bit").map(keys -> {
            findings.add(Finding.ok("gives keys: one of " + bits + " bit"));
            return keys;
        });
    }

    private int usualBits() {
        int said = calls.status().path("key_size").asInt(256);
        return Math.max(8, Math.min(said, CompareKeys.MOST_BITS)) / 8 * 8;
    }

    private Optional<List<SessionKey>> largestKey(KmeClient.Status status) {
        int bits = Math.max(status.minKeyBits(), Math.min(status.maxKeyBits(), CompareKeys.MOST_BITS));
        return bits == status.minKeyBits() ? Optional.empty() : draw(1, bits, "its largest key, " + bits + " bit");
    }

    /** As many at once as its status says, of its smallest size; fewer where that would be much. */
    private Optional<List<SessionKey>> severalKeys(KmeClient.Status status) {
        int number =
                Math.min(Math.min(status.maxKeysPerRequest(), MOST_KEYS), Math.max(2, MOST_BITS / status.minKeyBits()));
        if (number < 2 || status.maxKeysPerRequest() < 2) {
            calls.odd(
                    "one a request",
                    "gives one key a request",
                    "qkd-mesh asks more often then. Have max_key_per_request raised, if the device can.");
            return Optional.empty();
        }
        String several = number + " keys at once, where its status allows " + status.maxKeysPerRequest();
        Optional<List<SessionKey>> keys = draw(number, status.minKeyBits(), several);
        keys.ifPresent(got -> {
            if (got.size() < number) {
                calls.odd(
                        "fewer",
                        "gives fewer keys than asked: " + got.size() + " of " + number + ", where its status allows "
                                + status.maxKeysPerRequest(),
                        "qkd-mesh takes what comes and asks again, which is slower. Have the limit at the KME raised, or its"
                                + " status corrected.");
            } else {
                findings.add(Finding.ok("gives as many as asked: " + number + " at once"));
            }
        });
        return keys;
    }

    private Optional<List<SessionKey>> draw(int number, int bits, String what) {
        try {
            List<SessionKey> keys = kme.encKeys(number, bits);
            drawnKeys += keys.size();
            drawnBits += (long) keys.size() * bits;
            if (keys.isEmpty()) {
                findings.add(
                        Finding.fail("asked for " + what + ", it answers 200 without a key", "See the KME's own log."));
                return Optional.empty();
            }
            return Optional.of(keys);
        } catch (KmeFailure e) {
            findings.add(refused(what, e));
            return Optional.empty();
        }
    }

    private Finding refused(String what, KmeFailure failure) {
        String text = "does not give " + what + ": " + failure.getMessage();
        String curl = subject.peer().curl("/api/v1/keys/" + subject.far() + "/enc_keys");
        return switch (failure.kind()) {
            case UNAVAILABLE ->
                Finding.fail(
                                text,
                                "See at the device whether the quantum link is up and makes keys, and whether somebody else uses"
                                        + " them up.")
                        .next(curl);
            case REFUSED ->
                Finding.fail(
                                text,
                                "Its limits are lower than its status says. Have one of the two corrected at the KME.")
                        .next(curl);
            case BROKEN ->
                Finding.fail(text, "Its answer breaks ETSI GS QKD 014 so that it cannot be used. Tell the vendor.")
                        .next(curl);
        };
    }

    private void requireDistinct(List<SessionKey> keys) {
        long ids = keys.stream().map(SessionKey::id).distinct().count();
        if (ids < keys.size()) {
            findings.add(Finding.fail(
                    "it gave the same key id twice",
                    "Do not use this device before the vendor has mended it: a key that is given twice is no secret."));
        }
    }

    // Both ends.

    private void compareOurs(FarEnd far, List<SessionKey> keys) {
        if (keys.isEmpty()) {
            return;
        }
        byte[] nonce = nonce();
        List<KeyId> ids = keys.stream().map(SessionKey::id).distinct().toList();
        Told here = new Told(CompareKeys.digests(nonce, keys), Optional.empty());
        try {
            Told there = far.compare(nonce, new Wish.Claim(ids));
            // The other end may get its copy a little later, so what is missing is asked for again.
            for (int tries = 1; tries < TRIES && !there.digests().keySet().containsAll(ids); tries++) {
                pause();
                Told soFar = there;
                List<KeyId> missing = ids.stream()
                        .filter(id -> !soFar.digests().containsKey(id))
                        .toList();
                there = merged(soFar, far.compare(nonce, new Wish.Claim(missing)));
            }
            judge("from here to there", far, ids, here, there);
        } catch (IOException e) {
            findings.add(notAsked(far, e));
        }
    }

    private void compareTheirs(FarEnd far, KmeClient.Status status) {
        byte[] nonce = nonce();
        int bits = Math.max(status.minKeyBits(), Math.min(status.maxKeyBits(), usualBits()));
        Told there;
        try {
            there = far.compare(nonce, new Wish.Draw(1, bits));
        } catch (IOException e) {
            findings.add(notAsked(far, e));
            return;
        }
        if (there.digests().isEmpty()) {
            findings.add(Finding.fail(
                    "keys from there to here: " + far.name() + " gives none: "
                            + there.trouble().orElse("it does not say why"),
                    "Look at the KME there: ./qkd-mesh doctor on its node."));
            return;
        }
        drawnKeys += there.digests().size();
        drawnBits += (long) there.digests().size() * bits;
        List<KeyId> ids = List.copyOf(there.digests().keySet());
        Told here = claimed(nonce, ids);
        judge("from there to here", far, ids, here, there);
        if (!here.digests().isEmpty()) {
            requireGone(ids);
        }
    }

    private Told claimed(byte[] nonce, List<KeyId> ids) {
        KmeFailure last = null;
        for (int tries = 0; tries < TRIES; tries++) {
            try {
                return new Told(CompareKeys.digests(nonce, kme.decKeys(ids)), Optional.empty());
            } catch (KmeFailure e) {
                last = e;
                pause();
            }
        }
        return new Told(Map.of(), Optional.of(last.getMessage()));
    }

    private void requireGone(List<KeyId> ids) {
        Supplier<Boolean> givesAgain = () -> {
            try {
                kme.decKeys(ids).forEach(SessionKey::close);
                return true;
            } catch (KmeFailure e) {
                return false;
            }
        };
        if (givesAgain.get()) {
            calls.odd(
                    "twice",
                    "gives a key by dec_keys a second time",
                    "It should forget what it gave. qkd-mesh uses a key once all the same; tell the vendor.");
        }
    }

    private void judge(String direction, FarEnd far, List<KeyId> ids, Told here, Told there) {
        List<KeyId> atBoth = ids.stream()
                .filter(here.digests()::containsKey)
                .filter(there.digests()::containsKey)
                .toList();
        long differing =
                atBoth.stream().filter(id -> !here.agreesWith(there, id)).count();
        String keys = "keys " + direction + ": ";
        if (differing > 0) {
            findings.add(Finding.fail(
                    keys + differing + " of " + atBoth.size() + " have other bytes at " + far.name()
                            + " under the same id",
                    "Take this KME pair out of both nodes' files until the vendor has mended it. Two pairs whose ids are crossed"
                            + " look like this too."));
        }
        int missing = ids.size() - atBoth.size();
        if (missing > 0) {
            String why = Stream.of(here, there)
                    .flatMap(told -> told.trouble().stream())
                    .findFirst()
                    .orElse("it does not know them");
            findings.add(Finding.fail(
                    keys + missing + " of " + ids.size() + " cannot be had at the receiving end: " + why,
                    "See that both KMEs are the two ends of one quantum link and know each other, and that the SAE ids "
                            + subject.own() + " and " + subject.far() + " are entered at both."));
        }
        if (differing == 0 && missing == 0) {
            findings.add(
                    Finding.ok(keys + ids.size() + (ids.size() == 1 ? " is" : " are") + " the same at " + far.name()));
        }
    }

    private static Finding notAsked(FarEnd far, IOException failure) {
        String why = String.valueOf(failure.getMessage());
        return failure instanceof FarEnd.PairUnknown
                ? Finding.fail(
                        why,
                        "Correct kmes in one of the two files: what is id here is peer there, and the other way round.")
                : Finding.warn(
                        "whether both ends give the same keys cannot be seen: " + far.name() + " cannot be asked: "
                                + why,
                        "See the section on that neighbour, and look again when it answers.");
    }

    private static Told merged(Told one, Told other) {
        Map<KeyId, byte[]> all = new HashMap<>(one.digests());
        all.putAll(other.digests());
        return new Told(all, other.trouble());
    }

    private byte[] nonce() {
        byte[] nonce = new byte[CompareKeys.NONCE_BYTES];
        random.nextBytes(nonce);
        return nonce;
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
