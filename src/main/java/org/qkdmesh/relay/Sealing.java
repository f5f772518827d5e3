package org.qkdmesh.relay;

import java.util.function.Predicate;
import org.qkdmesh.model.SaeGroup;
import org.qkdmesh.model.SaePair;
import org.qkdmesh.seal.IncomingSeals;
import org.qkdmesh.seal.OutgoingSeals;

/**
 * Whose keys are sealed end to end, and with what.
 *
 * @param wanted the pairs, master first, whose keys no node on the way may know
 * @param outgoing the secrets for masters of this node
 * @param incoming the secrets for slaves of this node
 */
public record Sealing(Predicate<SaePair> wanted, OutgoingSeals outgoing, IncomingSeals incoming) {

    /** Whether one of the pairs wants it; then all who get the same keys get it, wherever they are. */
    boolean isWanted(SaeGroup saes) {
        return saes.pairs().stream().anyMatch(wanted);
    }

    /** Lets go of secrets whose time is over. To be called now and then. */
    public void removeOld() {
        outgoing.removeOld();
        incoming.removeOld();
    }

    /** Erases all secrets. */
    public void clear() {
        outgoing.clear();
        incoming.clear();
    }
}
