package org.qkdmesh.relay;

import java.util.Optional;
import java.util.UUID;
import org.qkdmesh.crypto.OneTimeMac;
import org.qkdmesh.crypto.OneTimePad;
import org.qkdmesh.etsi020.ExtKeyCodec;
import org.qkdmesh.etsi020.ExtKeyContainer;
import org.qkdmesh.etsi020.HopData;
import org.qkdmesh.kme.LinkBytes;
import org.qkdmesh.kme.LinkKeys;
import org.qkdmesh.model.NodePath;
import org.qkdmesh.model.SecretBytes;

/** Makes the messages of a relay: takes link key bytes, pads, encodes, tags. */
final class HopWriter {

    /** The first message of a relay and the bytes that it relays, which are those of the first link. */
    record First(HopMessage message, SecretBytes relayed) {}

    private final ExtKeyCodec codec;

    HopWriter(ExtKeyCodec codec) {
        this.codec = codec;
    }

    /** How many link key bytes a hop message needs that relays so many bytes. */
    static int linkBytes(int relayedBytes) {
        return relayedBytes + OneTimeMac.KEY_BYTES;
    }

    /**
     * The message of the first hop: the first link's bytes are what is relayed, so its values are zero.
     *
     * @return empty when the stock is short; then nothing was taken
     */
    Optional<First> first(RelayedKeys keys, UUID relayId, NodePath path, LinkKeys link) {
        int length = keys.ids().size() * keys.keyBytes();
        return take(link, length).map(taken -> {
            try (taken;
                    SecretBytes macKey = taken.bytes().slice(length, OneTimeMac.KEY_BYTES)) {
                SecretBytes relayed = taken.bytes().slice(0, length);
                return new First(
                        write(keys, relayId, path, 1, link, taken, new byte[length], macKey, relayed), relayed);
            }
        });
    }

    /**
     * The message of any other hop: a later one, or the first one to a further node that gets the same keys.
     *
     * @param position where its receiver stands in the path
     * @return empty when the stock is short; then nothing was taken
     */
    Optional<HopMessage> next(
            RelayedKeys keys, UUID relayId, NodePath path, int position, LinkKeys link, SecretBytes relayed) {
        int length = relayed.lengthBytes();
        return take(link, length).map(taken -> {
            try (taken;
                    SecretBytes pad = taken.bytes().slice(0, length);
                    SecretBytes macKey = taken.bytes().slice(length, OneTimeMac.KEY_BYTES)) {
                byte[] values = OneTimePad.apply(relayed.insecureAccess(), pad);
                return write(keys, relayId, path, position, link, taken, values, macKey, relayed);
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
            byte[] values,
            SecretBytes macKey,
            SecretBytes relayed) {
        HopData hop = new HopData(
                relayId,
                link.ownEpoch(),
                taken.neighbourEpoch(),
                path,
                position,
                taken.ranges(),
                keys.lifeSeconds(),
                keys.targetIndex());
        byte[] body = codec.encode(new ExtKeyContainer(keys.ids(), values, keys.saes(), hop, keys.optionalExtension()));
        byte[] tag = OneTimeMac.tag(macKey, body, relayed);
        return new HopMessage(relayId, path.node(position), keys.saes(), keys.ids(), body, tag, taken.ranges());
    }
}
