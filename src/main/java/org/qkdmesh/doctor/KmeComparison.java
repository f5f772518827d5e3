package org.qkdmesh.doctor;

import java.io.IOException;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.qkdmesh.kme.CompareKeys;
import org.qkdmesh.kme.CompareKeys.Told;
import org.qkdmesh.kme.CompareKeys.Wish;
import org.qkdmesh.kme.KmeClient;
import org.qkdmesh.kme.KmeFailure;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.SessionKey;

/** Whether both ends of a quantum link get the same keys, in both directions. */
final class KmeComparison {

    private static final int TRIES = 4;
    private static final long PAUSE_MILLIS = 400;

    private final KmeSubject subject;
    private final FarEnd far;
    private final ObservedCalls calls;
    private final KmeClient kme;
    private final List<Finding> findings;
    private final SecureRandom random = new SecureRandom();

    /** @param findings gets what is seen */
    KmeComparison(KmeSubject subject, FarEnd far, ObservedCalls calls, KmeClient kme, List<Finding> findings) {
        this.subject = subject;
        this.far = far;
        this.calls = calls;
        this.kme = kme;
        this.findings = findings;
    }

    /** Keys that this end got by {@code enc_keys}; they are closed. Returns whether the other end could be asked. */
    boolean ofHere(List<SessionKey> keys) {
        if (keys.isEmpty()) {
            return true;
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
            judge("from here to there", ids, here, there);
            return true;
        } catch (IOException e) {
            findings.add(notAsked(e));
            return false;
        }
    }

    /** A key that the other end gets by {@code enc_keys}. Returns how many there were. */
    int ofThere(int sizeBits) {
        byte[] nonce = nonce();
        Told there;
        try {
            there = far.compare(nonce, new Wish.Draw(1, sizeBits));
        } catch (IOException e) {
            findings.add(notAsked(e));
            return 0;
        }
        if (there.digests().isEmpty()) {
            findings.add(Finding.fail(
                    "keys from there to here: " + far.name() + " gives none: "
                            + there.trouble().orElse("it does not say why"),
                    "Look at the KME there: ./qkd-mesh doctor on its node."));
            return 0;
        }
        List<KeyId> ids = List.copyOf(there.digests().keySet());
        Told here = claimed(nonce, ids);
        judge("from there to here", ids, here, there);
        if (!here.digests().isEmpty()) {
            requireGone(ids);
        }
        return ids.size();
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
        try {
            kme.decKeys(ids).forEach(SessionKey::close);
        } catch (KmeFailure e) {
            // As it should be.
            return;
        }
        calls.odd(
                "twice",
                "gives a key by dec_keys a second time",
                "It should forget what it gave. qkd-mesh uses a key once all the same; tell the vendor.");
    }

    private void judge(String direction, List<KeyId> ids, Told here, Told there) {
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
                    "Take this KME pair out of both nodes' files until the vendor has mended it"
                            + (subject.combined()
                                    ? ": until then the link carries nothing, and afterwards rests on the pairs that are left"
                                            + " (combine: any, if it is one). "
                                    : ". ")
                            + "Two pairs whose ids are crossed look like this too."));
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

    private Finding notAsked(IOException failure) {
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
