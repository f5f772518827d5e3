package org.qkdmesh.kme;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.KmePair;
import org.qkdmesh.model.SecretBytes;

/**
 * Link keys that were fetched and that the neighbour has not confirmed: announced up to {@value #MAX_TRIES} times, then
 * dropped. Not safe for use by several threads.
 */
final class Unconfirmed {

    private static final int MAX_TRIES = 3;

    /** The other end's KME may get its copy a little later; so the tries are spread. */
    private static final long PAUSE_MILLIS = 250;

    /** An announcement that nothing was heard of for so long counts as unanswered. */
    private static final long LOST_MILLIS = 10_000;

    private static final class Waiting {
        private final LinkKeyAnnouncement announcement;
        private final Map<KeyId, SecretBytes> keys;
        private final long until;
        private int tries = 1;
        private boolean underWay = true;
        private long nextStep;

        Waiting(LinkKeyAnnouncement announcement, Map<KeyId, SecretBytes> keys, long until) {
            this.announcement = announcement;
            this.keys = keys;
            this.until = until;
        }

        LinkKeyAnnouncement again() {
            return announcement.only(keys.keySet());
        }
    }

    /** What an answer settled. */
    record Settled(KmePair pair, Map<KeyId, SecretBytes> held, int refused, int dropped, long until) {}

    private final Map<UUID, Waiting> announced = new LinkedHashMap<>();
    private long bytes;

    long bytes() {
        return bytes;
    }

    /** Takes over the keys of an announcement that is about to be sent. */
    void add(LinkKeyAnnouncement announcement, Map<KeyId, SecretBytes> keys, long until, long now) {
        Waiting waiting = new Waiting(announcement, keys, until);
        waiting.nextStep = now + LOST_MILLIS;
        announced.put(announcement.id(), waiting);
        keys.values().forEach(key -> bytes += key.lengthBytes());
    }

    /** The announcements of this pair that have to be sent once more, now. */
    List<LinkKeyAnnouncement> due(KmePair pair, long now) {
        if (announced.isEmpty()) {
            return List.of();
        }
        List<LinkKeyAnnouncement> due = new ArrayList<>();
        for (Waiting waiting : announced.values()) {
            if (!waiting.underWay
                    && now >= waiting.nextStep
                    && waiting.announcement.pair().equals(pair)) {
                waiting.underWay = true;
                waiting.tries++;
                waiting.nextStep = now + LOST_MILLIS;
                due.add(waiting.again());
            }
        }
        return due;
    }

    /** Empty when no answer to this announcement is expected: it came late, twice, or from an earlier epoch. */
    Optional<Settled> answered(UUID announcement, Map<KeyId, ClaimStatus> answer, long now) {
        Waiting waiting = announced.get(announcement);
        if (waiting == null || !waiting.underWay) {
            return Optional.empty();
        }
        Map<KeyId, SecretBytes> held = new LinkedHashMap<>();
        int refused = 0;
        Iterator<Map.Entry<KeyId, SecretBytes>> keys = waiting.keys.entrySet().iterator();
        while (keys.hasNext()) {
            Map.Entry<KeyId, SecretBytes> key = keys.next();
            switch (answer.getOrDefault(key.getKey(), ClaimStatus.RETRY)) {
                case HELD -> {
                    keys.remove();
                    bytes -= key.getValue().lengthBytes();
                    held.put(key.getKey(), key.getValue());
                }
                case REFUSED -> {
                    keys.remove();
                    erase(key.getValue());
                    refused++;
                }
                case RETRY -> {
                    // Stays, for another try.
                }
            }
        }
        waiting.underWay = false;
        waiting.nextStep = now + PAUSE_MILLIS * waiting.tries;
        int dropped = waiting.tries < MAX_TRIES ? 0 : waiting.keys.size();
        if (waiting.tries >= MAX_TRIES || waiting.keys.isEmpty()) {
            announced.remove(announcement);
            waiting.keys.values().forEach(this::erase);
        }
        return Optional.of(new Settled(waiting.announcement.pair(), held, refused, dropped, waiting.until));
    }

    /** Announcements whose answer nobody waits for any more. */
    List<UUID> lost(long now) {
        if (announced.isEmpty()) {
            return List.of();
        }
        List<UUID> lost = new ArrayList<>();
        for (Waiting waiting : announced.values()) {
            if (waiting.underWay && now >= waiting.nextStep) {
                lost.add(waiting.announcement.id());
            }
        }
        return lost;
    }

    void expire(long now) {
        announced.values().removeIf(waiting -> {
            boolean tooOld = now >= waiting.until;
            if (tooOld) {
                waiting.keys.values().forEach(this::erase);
            }
            return tooOld;
        });
    }

    void clear() {
        announced.values().forEach(waiting -> waiting.keys.values().forEach(this::erase));
        announced.clear();
    }

    private void erase(SecretBytes key) {
        bytes -= key.lengthBytes();
        key.close();
    }
}
