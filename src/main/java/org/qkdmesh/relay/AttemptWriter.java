package org.qkdmesh.relay;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.qkdmesh.crypto.OneTimePad;
import org.qkdmesh.etsi020.Share;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.SecretBytes;
import org.qkdmesh.seal.Seal;

/**
 * Makes the first messages of an attempt. What the messages to one node bring adds up, by XOR, to the keys, which are the
 * same for all nodes: to the first node each message brings bytes of its first link, and so the keys are what these add up
 * to; to any other node all messages but the last do, and the last one brings what is missing.
 */
final class AttemptWriter {

    /** @param keys one after another, to be closed by whoever takes this */
    record Written(List<Branch> branches, SecretBytes keys) {}

    private final HopWriter writer;
    private final RandomGenerator random;
    private final long keyLifeSeconds;

    AttemptWriter(HopWriter writer, RandomGenerator random, long keyLifeSeconds) {
        this.writer = writer;
        this.random = random;
        this.keyLifeSeconds = keyLifeSeconds;
    }

    /** @return empty when a first link is short of bytes; with one way only nothing was taken then */
    Optional<Written> write(List<Way> ways, List<KeyId> ids, int keyBytes) {
        List<List<Part>> nodes = parts(ways, ids, keyBytes);
        List<Branch> branches = new ArrayList<>(ways.size());
        Optional<SecretBytes> drawn = draw(nodes.get(0), SecretBytes.owning(new byte[ids.size() * keyBytes]), branches);
        return drawn.flatMap(keys -> {
            boolean complete = false;
            try {
                complete = nodes.stream().skip(1).allMatch(parts -> bring(parts, keys, branches));
                return complete ? Optional.of(new Written(branches, keys)) : Optional.empty();
            } finally {
                if (!complete) {
                    keys.close();
                }
            }
        });
    }

    /** What one message carries. */
    private record Part(Way way, RelayedKeys relayed, UUID relayId, Optional<EndToEnd> ends) {

        /** From the keys to what goes over the hops of this way, and back; a copy when they are not sealed. */
        SecretBytes masked(SecretBytes keys) {
            return way.seal()
                    .map(seal -> seal.secret().mask(relayed.ids(), keys))
                    .orElseGet(() -> copy(keys));
        }

        Branch branch(HopMessage message) {
            return new Branch(
                    way.path(),
                    message,
                    new HopSends(),
                    relayed.seal(),
                    relayed.share(),
                    way.fallBack(),
                    ends.map(EndToEnd::confirmation));
        }
    }

    private List<List<Part>> parts(List<Way> ways, List<KeyId> ids, int keyBytes) {
        Map<NodeId, List<Way>> byNode = new LinkedHashMap<>();
        ways.forEach(way -> byNode.computeIfAbsent(way.path().egress(), node -> new ArrayList<>())
                .add(way));
        List<List<Part>> nodes = new ArrayList<>();
        for (List<Way> toNode : byNode.values()) {
            nodes.add(parts(toNode, nodes.size(), ids, keyBytes));
        }
        return nodes;
    }

    /** Shares have ids of their own: what masks a key is made of its id, and two equal masks would take each other away. */
    private List<Part> parts(List<Way> toNode, int targetIndex, List<KeyId> ids, int keyBytes) {
        int of = toNode.size();
        if (of == 1) {
            return List.of(part(toNode.get(0), ids, Optional.empty(), targetIndex, keyBytes));
        }
        UUID set = KeyId.random(random).uuid();
        List<Part> parts = new ArrayList<>(of);
        for (int i = 0; i < of; i++) {
            List<KeyId> own = Stream.generate(() -> KeyId.random(random))
                    .limit(ids.size())
                    .toList();
            parts.add(part(toNode.get(i), own, Optional.of(new Share(set, i, of, ids)), targetIndex, keyBytes));
        }
        return parts;
    }

    private Part part(Way way, List<KeyId> ids, Optional<Share> share, int targetIndex, int keyBytes) {
        RelayedKeys relayed = new RelayedKeys(
                ids,
                keyBytes,
                way.saes(),
                targetIndex,
                keyLifeSeconds,
                way.seal().map(Seal::id),
                share,
                null);
        UUID relayId = KeyId.random(random).uuid();
        return new Part(
                way,
                relayed,
                relayId,
                way.seal().map(seal -> new EndToEnd(seal.secret(), relayId, way.path(), relayed)));
    }

    /**
     * Messages that bring bytes of their first links.
     *
     * @param sum closed
     * @return the sum and all that they bring; empty when a link is short
     */
    private Optional<SecretBytes> draw(List<Part> parts, SecretBytes sum, List<Branch> branches) {
        SecretBytes total = sum;
        for (Part part : parts) {
            Way way = part.way();
            Optional<HopWriter.First> first =
                    writer.first(part.relayed(), part.relayId(), way.path(), way.link(), part.ends());
            if (first.isEmpty()) {
                total.close();
                return Optional.empty();
            }
            branches.add(part.branch(first.get().message()));
            try (SecretBytes onTheWay = first.get().onTheWay();
                    SecretBytes brought = part.masked(onTheWay);
                    SecretBytes before = total) {
                total = SecretBytes.owning(OneTimePad.apply(before.insecureAccess(), brought));
            }
        }
        return Optional.of(total);
    }

    /** Messages that together bring these keys; false when a link is short. */
    private boolean bring(List<Part> parts, SecretBytes keys, List<Branch> branches) {
        int last = parts.size() - 1;
        return draw(parts.subList(0, last), copy(keys), branches)
                .filter(missing -> bring(parts.get(last), missing, branches))
                .isPresent();
    }

    /**
     * A message that brings these bytes.
     *
     * @param bytes closed
     * @return false when its link is short
     */
    private boolean bring(Part part, SecretBytes bytes, List<Branch> branches) {
        Way way = part.way();
        try (bytes;
                SecretBytes onTheWay = part.masked(bytes);
                SecretBytes content = HopWriter.relayed(part.ends(), onTheWay)) {
            Optional<HopMessage> message =
                    writer.next(part.relayed(), part.relayId(), way.path(), 1, way.link(), content);
            message.ifPresent(written -> branches.add(part.branch(written)));
            return message.isPresent();
        }
    }

    private static SecretBytes copy(SecretBytes bytes) {
        return bytes.slice(0, bytes.lengthBytes());
    }
}
