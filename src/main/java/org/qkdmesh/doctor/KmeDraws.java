package org.qkdmesh.doctor;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.qkdmesh.kme.CompareKeys;
import org.qkdmesh.kme.KmeClient;
import org.qkdmesh.kme.KmeFailure;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.SessionKey;

/** What a KME gives at this end: a key of its usual size, its largest, and as many at once as its status allows. */
final class KmeDraws {

    private static final int MOST_KEYS = 50;
    private static final int MOST_BITS = 4_096;

    private final KmeSubject subject;
    private final ObservedCalls calls;
    private final KmeClient kme;
    private final List<Finding> findings;

    /** @param findings gets what is seen */
    KmeDraws(KmeSubject subject, ObservedCalls calls, KmeClient kme, List<Finding> findings) {
        this.subject = subject;
        this.calls = calls;
        this.kme = kme;
        this.findings = findings;
    }

    /** The keys that it gave, the caller's to close. */
    List<SessionKey> draw(KmeClient.Status status) {
        provokeAnError();
        List<SessionKey> keys = new ArrayList<>();
        usualKey(status).ifPresent(keys::addAll);
        if (!keys.isEmpty()) {
            largestKey(status).ifPresent(keys::addAll);
            severalKeys(status).ifPresent(keys::addAll);
            requireDistinct(keys);
        }
        return keys;
    }

    /** The size of a key when nobody says which, as far as it can be compared; bits. */
    static int usualBits(ObservedCalls calls, KmeClient.Status status) {
        int said = calls.status().path("key_size").asInt(256);
        int comparable = Math.max(8, Math.min(said, CompareKeys.MOST_BITS)) / 8 * 8;
        return Math.max(status.minKeyBits(), Math.min(status.maxKeyBits(), comparable));
    }

    private void provokeAnError() {
        KeyId nobodys = KeyId.random(new SecureRandom());
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
        int bits = usualBits(calls, status);
        return draw(1, bits, "a key of its usual size, " + bits + " bit").map(keys -> {
            findings.add(Finding.ok("gives keys: one of " + bits + " bit"));
            return keys;
        });
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
        String curl = subject.curl("enc_keys");
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
}
