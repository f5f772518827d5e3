package org.qkdmesh.doctor;

import java.io.IOException;
import java.time.Duration;
import org.qkdmesh.etsi020.MalformedMessage;
import org.qkdmesh.kme.CompareCodec;
import org.qkdmesh.kme.CompareKeys;
import org.qkdmesh.model.KmePair;
import org.qkdmesh.transport.PeerClient;

/** The other end as the neighbour there tells of it. */
final class NeighbourFarEnd implements FarEnd {

    /** The neighbour's KME may be slow; this is longer than the neighbour itself waits for it. */
    private static final Duration PATIENCE = Duration.ofSeconds(8);

    private final Peer neighbour;
    private final KmePair pair;

    NeighbourFarEnd(Peer neighbour, KmePair pair) {
        this.neighbour = neighbour;
        this.pair = pair;
    }

    @Override
    public String name() {
        return pair.far() + " (asked by " + neighbour.expected().id() + ")";
    }

    @Override
    public CompareKeys.Told compare(byte[] nonce, CompareKeys.Wish wish) throws IOException {
        byte[] request = CompareCodec.encode(new CompareCodec.Request(pair, nonce, wish));
        PeerClient.Answer answer = new PeerClient(neighbour.url(), neighbour.tls(), PATIENCE)
                .call("POST", "/mesh/v1/link-keys/compare", request);
        if (answer.status() == 400) {
            throw new PairUnknown(neighbour.expected().id() + " has no link to this node with the KMEs " + pair.far()
                    + " at its end and " + pair.own() + " at this one");
        }
        if (answer.status() != 200) {
            throw new IOException(neighbour.expected().id() + " answered " + answer.status());
        }
        try {
            return CompareCodec.decodeAnswer(answer.body());
        } catch (MalformedMessage e) {
            throw new IOException(
                    neighbour.expected().id() + " answered in a form that is not known: " + e.getMessage());
        }
    }
}
