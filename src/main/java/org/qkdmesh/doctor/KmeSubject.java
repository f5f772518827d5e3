package org.qkdmesh.doctor;

import java.util.Optional;
import org.qkdmesh.model.KmeId;
import org.qkdmesh.model.SaeId;

/**
 * A KME to look at.
 *
 * @param title the heading of what is found
 * @param own how it knows the caller
 * @param far how it knows whoever is at the other end
 * @param farKme the KME there; empty when nobody said
 * @param combined whether its keys are combined with those of other KMEs, so that the link stands still without it
 */
record KmeSubject(String title, Peer peer, SaeId own, SaeId far, Optional<KmeId> farKme, boolean combined) {

    /** One that is looked at by itself. */
    KmeSubject(String title, Peer peer, SaeId own, SaeId far, Optional<KmeId> farKme) {
        this(title, peer, own, far, farKme, false);
    }

    /** The command by which a person makes the same call. */
    String curl(String method) {
        return peer.curl("/api/v1/keys/" + far + "/" + method);
    }
}
