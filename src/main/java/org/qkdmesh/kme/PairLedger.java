package org.qkdmesh.kme;

import java.util.Optional;
import java.util.stream.Stream;
import org.qkdmesh.model.KmePair;
import org.qkdmesh.model.NodeClock;

/** What a link knows of one of its KME pairs. Not safe for use by several threads. */
final class PairLedger {

    /** To ask costs little, and whoever waits for keys shall have them soon after the KME is well again. */
    private static final long LONGEST_OF_KME_MILLIS = 2_000;

    /** Each try costs keys. */
    private static final long LONGEST_OF_PAIR_MILLIS = 8_000;

    /** Each try costs keys too, but nothing gets over a link of which this is the last pair that fetches. */
    private static final long LONGEST_AFTER_DIFFERING_MILLIS = 4_000;

    /** A pair whose ends differed has given no other proof for so long. */
    private static final long SUSPECT_MILLIS = 30_000;

    /** The far end fetches as soon as it runs, and announces at once what it got. */
    private static final long UNFETCHED_MILLIS = 15_000;

    static final String UNFETCHED = "fetching is left to the far end by masters: remote, and no key came from there;"
            + " if it says remote as well, nobody fetches: let one of the two say local, or both";

    private static final String DIFFERS = "gives other keys than the KME at the far end";

    private static final String ONE_DIFFERS =
            "it, or one that it is combined with, gives other keys than the KME at the far end; doctor finds out which";

    private static final String OTHERWISE =
            "the far end combines other KMEs with it, or none, so that no key can be used: let combine and kmes say the same"
                    + " in both files, and start both nodes again";

    final KmePair pair;
    private final NodeClock clock;
    private final boolean combined;
    /** After the own KME failed. */
    final BackOff ofKme = new BackOff(LONGEST_OF_KME_MILLIS);

    /** After the neighbour did not confirm a key. */
    final BackOff ofNeighbour = new BackOff(LONGEST_OF_PAIR_MILLIS);

    private final BackOff afterDiffering = new BackOff(LONGEST_AFTER_DIFFERING_MILLIS);
    private long suspectUntil = Long.MIN_VALUE;
    private long doubtedUntil = Long.MIN_VALUE;
    final Flow ours;
    final Flow theirs;
    private boolean fetchedHere = true;
    private boolean unfetched;
    private boolean combinedAlike = true;
    private long since;
    private Optional<String> fetchTrouble = Optional.empty();
    private Optional<String> claimTrouble = Optional.empty();
    private Optional<KmeClient.Status> kme = Optional.empty();

    PairLedger(KmePair pair, NodeClock clock, boolean combined) {
        this.combined = combined;
        this.pair = pair;
        this.clock = clock;
        this.since = clock.monotonicMillis();
        ours = new Flow(clock);
        theirs = new Flow(clock);
    }

    /** Whether this node fetches keys at its own KME, or leaves that to the far end. */
    void fetchedHere(boolean fetched) {
        if (fetched != fetchedHere) {
            since = clock.monotonicMillis();
        }
        fetchedHere = fetched;
    }

    /** That it confirmed nothing while it could not be reached says nothing of now. */
    void neighbourIsBack() {
        ofNeighbour.succeeded();
        since = clock.monotonicMillis();
    }

    /** True once, when it shows that the far end does not fetch either what is left to it to fetch. */
    boolean becomesUnfetched(long now) {
        boolean before = unfetched;
        unfetched = !fetchedHere && !theirs.everCame() && now - since >= UNFETCHED_MILLIS;
        return unfetched && !before;
    }

    boolean isReady(long now) {
        return fetchedHere && readyAt(now) <= now;
    }

    boolean isFetchedHere() {
        return fetchedHere;
    }

    /** When the own KME may be asked again. */
    long readyAt(long now) {
        return Math.max(ofKme.endsAt(now), Math.max(ofNeighbour.endsAt(now), afterDiffering.endsAt(now)));
    }

    /** The two ends had different bytes under an id, or may have had: the pair rests, longer each time in a row. */
    void differed(long now) {
        if (now >= suspectUntil) {
            afterDiffering.succeeded();
        }
        afterDiffering.failed(now);
        suspectUntil = now + SUSPECT_MILLIS;
    }

    boolean isSuspect(long now) {
        return now < suspectUntil;
    }

    /** It, or another pair, differed. */
    void doubted(long now) {
        doubtedUntil = now + SUSPECT_MILLIS;
    }

    boolean isDoubted(long now) {
        return now < doubtedUntil;
    }

    /** It is known which one it was. */
    void cleared() {
        doubtedUntil = Long.MIN_VALUE;
    }

    /** Whether the far end, as it last announced keys, combines them with those of the same pairs. */
    void combinedAlike(boolean alike) {
        combinedAlike = alike;
    }

    void fetchTrouble(Optional<String> reason) {
        fetchTrouble = reason;
    }

    /** Returns what was known before. */
    Optional<String> claimTrouble(Optional<String> reason) {
        Optional<String> before = claimTrouble;
        claimTrouble = reason;
        return before;
    }

    void kmeSaid(KmeClient.Status status) {
        kme = Optional.of(status);
    }

    LinkState.Pair state(long now) {
        Optional<String> differing =
                now < suspectUntil ? Optional.of(combined ? ONE_DIFFERS : DIFFERS) : Optional.empty();
        Optional<String> nobody = unfetched && !theirs.everCame() ? Optional.of(UNFETCHED) : Optional.empty();
        Optional<String> otherwise = combinedAlike ? Optional.empty() : Optional.of(OTHERWISE);
        Optional<String> trouble = Stream.of(otherwise, fetchTrouble, claimTrouble, differing, nobody)
                .flatMap(Optional::stream)
                .findFirst();
        return new LinkState.Pair(pair, ours.state(), theirs.state(), trouble, kme);
    }
}
