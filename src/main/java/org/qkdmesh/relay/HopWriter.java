package org.qkdmesh.relay;

import java.util.Optional;
import java.util.UUID;
import org.qkdmesh.crypto.OneTimeMac;
import org.qkdmesh.crypto.OneTimePad;
import org.qkdmesh.crypto.PairSecret;
import org.qkdmesh.etsi020.ExtKeyCodec;
import org.qkdmesh.etsi020.ExtKeyContainer;
import org.qkdmesh.etsi020.HopData;
import org.qkdmesh.kme.LinkBytes;
import org.qkdmesh.kme.LinkKeys;
import org.qkdmesh.model.NodePath;
import org.qkdmesh.model.SecretBytes;

/** Makes the messages of a relay: takes link key bytes, pads, encodes, tags. */
final class HopWriter {

    /** The first message of a relay and the keys as they go over the hops, which are bytes of the first link. */
    record First(HopMessage message, SecretBytes onTheWay) {}

    private final ExtKeyCodec codec;

    HopWriter(ExtKeyCodec codec) {
        this.codec = codec;
    }

    /** How many link key bytes a hop message needs that relays so many bytes. */
    static int linkBytes(int relayedBytes) {
        return relayedBytes + OneTimeMac.KEY_BYTES;
    }

    /**
     * The message of the first hop: the first link's bytes are the keys, so that their values are zero.
     *
     * @param ends what they are sealed with
     * @return empty when the stock is short; then nothing was taken
     */
    Optional<First> first(RelayedKeys keys, UUID relayId, NodePath path, LinkKeys link, Optional<EndToEnd> ends) {
        int length = keys.ids().size() * keys.keyBytes();
        int authenticator = ends.isPresent() ? PairSecret.AUTHENTICATOR_BYTES : 0;
        return take(link, length + authenticator).map(taken -> {
            try (taken) {
                SecretBytes drawn = taken.bytes().slice(0, length);
                try (SecretBytes relayed = relayed(ends, drawn)) {
                    return new First(write(keys, relayId, path, 1, link, taken, relayed), drawn);
                }
            }
        });
    }

    /** What goes over the hops: the keys as they are on the way, and where they are sealed their authenticator. */
    static SecretBytes relayed(Optional<EndToEnd> ends, SecretBytes onTheWay) {
        return ends.map(both -> both.authenticated(onTheWay))
                .orElseGet(() -> onTheWay.slice(0, onTheWay.lengthBytes()));
    }

    /**
     * The message of any other hop: a later one, or the first one to a further node that gets the same keys.
     *
     * @param position where its receiver stands in the path
     * @return empty when the stock is short; then nothing was taken
     */
    Optional<HopMessage> next(
            RelayedKeys keys, UUID relayId, NodePath path, int position, LinkKeys link, SecretBytes relayed) {
        return take(link, relayed.lengthBytes()).map(taken -> {
            try (taken) {
                return write(keys, relayId, path, position, link, taken, relayed);
            }
        });
    }

    private static Optional<LinkBytes> take(LinkKeys link, int relayedBytes) {
        return link.neighbourEpoch().isEmpty()
                ? Optional.empty()
                : link.outgoing().take(linkBytes(relayedBytes));
    }

    private HopMessage write(
            RelayedKeys keys,
            UUID relayId,
            NodePath path,
            int position,
            LinkKeys link,
            LinkBytes taken,
            SecretBytes relayed) {
        int length = relayed.lengthBytes();
        HopData hop = new HopData(
                relayId,
                link.ownEpoch(),
                taken.neighbourEpoch(),
                path,
                position,
                taken.ranges(),
                keys.lifeSeconds(),
                keys.targetIndex(),
                keys.seal(),
                keys.share());
        try (SecretBytes pad = taken.bytes().slice(0, length);
                SecretBytes macKey = taken.bytes().slice(length, OneTimeMac.KEY_BYTES)) {
            byte[] values = OneTimePad.apply(relayed.insecureAccess(), pad);
            byte[] body =
                    codec.encode(new ExtKeyContainer(keys.ids(), values, keys.saes(), hop, keys.optionalExtension()));
            byte[] tag = OneTimeMac.tag(macKey, body, relayed);
            return new HopMessage(relayId, path.node(position), keys.saes(), keys.ids(), body, tag, taken.ranges());
        }
    }
}
