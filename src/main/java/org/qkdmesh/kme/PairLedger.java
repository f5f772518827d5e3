package org.qkdmesh.kme;

import java.util.Optional;
import java.util.stream.Stream;
import org.qkdmesh.model.KmePair;
import org.qkdmesh.model.NodeClock;

/** What a link knows of one of its KME pairs. Not safe for use by several threads. */
final class PairLedger {

    final BackOff backOff = new BackOff();
    final Flow ours;
    final Flow theirs;
    private boolean fetchedHere = true;
    private Optional<String> fetchTrouble = Optional.empty();
    private Optional<String> claimTrouble = Optional.empty();
    private Optional<KmeClient.Status> kme = Optional.empty();

    PairLedger(NodeClock clock) {
        ours = new Flow(clock);
        theirs = new Flow(clock);
    }

    /** Whether this node fetches keys at its own KME, or leaves that to the far end. */
    void fetchedHere(boolean fetched) {
        fetchedHere = fetched;
    }

    boolean isReady(long now) {
        return fetchedHere && !backOff.rests(now);
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

    LinkState.Pair state(KmePair pair) {
        Optional<String> trouble =
                Stream.of(fetchTrouble, claimTrouble).flatMap(Optional::stream).findFirst();
        return new LinkState.Pair(pair, ours.state(), theirs.state(), trouble, kme);
    }
}
