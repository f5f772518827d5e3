package org.qkdmesh.simulation;

import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import org.qkdmesh.identity.NodeSigner;
import org.qkdmesh.identity.NodeVerifier;
import org.qkdmesh.model.NodeId;

/**
 * Stands in for the signatures of all nodes: keeps what was signed and gives out a short mark of it. A mark that was
 * changed on the way is that of nothing; nobody forges anything in a simulation.
 */
final class Notary {

    private record Deed(String type, NodeVerifier.Signed signed) {}

    private final Map<String, Deed> deeds = new HashMap<>();

    NodeSigner signerOf(NodeId node) {
        return (type, payload) -> {
            String mark = Long.toHexString(spread(deeds.size() + 1));
            deeds.put(mark, new Deed(type, new NodeVerifier.Signed(node, payload)));
            return mark;
        };
    }

    NodeVerifier verifier() {
        return new NodeVerifier() {
            @Override
            public Signed verify(String type, String mark) {
                Deed deed = deed(mark);
                if (!deed.type().equals(type)) {
                    throw new InvalidSignature("not signed");
                }
                return deed.signed();
            }

            @Override
            public byte[] unverified(String mark) {
                return deed(mark).signed().payload();
            }
        };
    }

    private Deed deed(String mark) {
        Deed deed = deeds.get(mark);
        if (deed != null) {
            return deed;
        }
        throw mark.chars().allMatch(HexFormat::isHexDigit)
                ? new NodeVerifier.InvalidSignature("not signed")
                : new NodeVerifier.Unreadable("no mark");
    }

    /** One to one, and so that a mark with a changed bit is most likely none. */
    private static long spread(long number) {
        long mixed = number * 0x9E3779B97F4A7C15L;
        return (mixed ^ mixed >>> 32) * 0xD6E8FEB86659FD93L;
    }
}
