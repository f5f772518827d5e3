package org.qkdmesh.kme;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.KmePair;
import org.qkdmesh.model.SessionKey;

/** Claims announced link keys at the own KME. One bad id fails a whole {@code dec_keys}, so a refused claim is halved. */
public final class ClaimLinkKeys {

    private final LinkKeys link;
    private final KmePair pair;
    private final KmeClient kme;
    private final EventLog events;

    public ClaimLinkKeys(LinkKeys link, KmePair pair, KmeClient kme, EventLog events) {
        this.link = link;
        this.pair = pair;
        this.kme = kme;
        this.events = events;
    }

    /** Claims what the plan wants, as far as the KME gives it, and returns the answer to the announcement. */
    public Map<KeyId, ClaimStatus> claim(LinkKeyAnnouncement announcement, LinkKeys.Claim.Wanted plan) {
        List<SessionKey> keys = new ArrayList<>();
        Set<KeyId> refused = new HashSet<>();
        try {
            List<KeyId> ids = plan.keys().stream()
                    .map(LinkKeyAnnouncement.Entry::keyId)
                    .distinct()
                    .toList();
            int atOnce = ids.isEmpty() ? 1 : kme.status().maxKeysPerRequest();
            for (int from = 0; from < ids.size(); from += atOnce) {
                claim(ids.subList(from, Math.min(ids.size(), from + atOnce)), keys, refused);
            }
        } catch (KmeFailure e) {
            events.alarm("kme-failed", pair.own() + ": " + e.getMessage());
        }
        return link.claimed(announcement, plan, keys, refused);
    }

    private void claim(List<KeyId> ids, List<SessionKey> keys, Set<KeyId> refused) {
        try {
            keys.addAll(kme.decKeys(ids));
        } catch (KmeFailure e) {
            if (e.kind() == KmeFailure.Kind.BROKEN) {
                refused.addAll(ids);
                throw e;
            }
            if (e.kind() == KmeFailure.Kind.UNAVAILABLE) {
                throw e;
            }
            if (ids.size() > 1) {
                claim(ids.subList(0, ids.size() / 2), keys, refused);
                claim(ids.subList(ids.size() / 2, ids.size()), keys, refused);
            }
            // Alone and still refused: perhaps the other end's key has not arrived here yet; announced again it may be.
        }
    }
}
