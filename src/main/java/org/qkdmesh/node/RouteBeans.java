package org.qkdmesh.node;

import java.util.function.BiConsumer;
import org.apache.camel.Processor;
import org.apache.camel.spi.Registry;
import org.qkdmesh.node.processors.DiscoveryProcessors;
import org.qkdmesh.node.processors.HopProcessors;
import org.qkdmesh.node.processors.HousekeepingProcessors;
import org.qkdmesh.node.processors.KmeProcessors;
import org.qkdmesh.node.processors.LinkKeyProcessors;
import org.qkdmesh.node.processors.ManagementProcessors;
import org.qkdmesh.node.processors.NeighbourProcessors;
import org.qkdmesh.node.processors.NoticeProcessors;
import org.qkdmesh.node.processors.PeerProcessors;
import org.qkdmesh.node.processors.RelayProcessors;
import org.qkdmesh.node.processors.SaeProcessors;
import org.qkdmesh.node.processors.TransitProcessors;
import org.qkdmesh.node.processors.VersionProcessors;

/** Every step that the routes may use, and the bean name that they find it under. */
record RouteBeans(
        SaeProcessors sae,
        RelayProcessors relay,
        TransitProcessors transit,
        HopProcessors hop,
        PeerProcessors peer,
        NeighbourProcessors neighbour,
        NoticeProcessors notice,
        VersionProcessors version,
        LinkKeyProcessors linkKey,
        KmeProcessors kme,
        DiscoveryProcessors discovery,
        HousekeepingProcessors housekeeping,
        ManagementProcessors management) {

    void bind(Registry registry) {
        BiConsumer<String, Processor> bean = registry::bind;
        bean.accept("identifyMaster", sae::identifyMaster);
        bean.accept("identifySlave", sae::identifySlave);
        bean.accept("writeStatus", sae::writeStatus);
        bean.accept("readKeyRequest", sae::readKeyRequest);
        bean.accept("makeLocalKeys", sae::makeLocalKeys);
        bean.accept("readKeyIds", sae::readKeyIds);
        bean.accept("takeStoredKeys", sae::takeStoredKeys);
        bean.accept("writeKeyContainer", sae::writeKeyContainer);
        bean.accept("writeSaeError", sae::writeSaeError);

        bean.accept("openRelay", relay::openRelay);
        bean.accept("planPath", relay::planPath);
        bean.accept("takeLinkKeys", relay::takeLinkKeys);
        bean.accept("decideAttempt", relay::decideAttempt);
        bean.accept("closeRelay", relay::closeRelay);

        bean.accept("checkRelayMessage", transit::checkRelayMessage);
        bean.accept("padForNextHop", transit::padForNextHop);
        bean.accept("concludeTransit", transit::concludeTransit);
        bean.accept("writeHopReply", transit::writeHopReply);

        bean.accept("writeHopMessage", hop::writeHopMessage);
        bean.accept("renewHopTime", hop::renewHopTime);
        bean.accept("noteHopFailure", hop::noteHopFailure);
        bean.accept("readHopAnswer", hop::readHopAnswer);

        bean.accept("identifyNeighbour", peer::identifyNeighbour);
        bean.accept("writePeerError", peer::writePeerError);
        bean.accept("noteBackgroundFailure", peer::noteBackgroundFailure);

        bean.accept("writeNeighbourCall", neighbour::writeNeighbourCall);
        bean.accept("readNeighbourAnswer", neighbour::readNeighbourAnswer);

        bean.accept("handleNotice", notice::handleNotice);
        bean.accept("writeAcknowledgement", notice::writeAcknowledgement);
        bean.accept("listNotices", notice::listNotices);
        bean.accept("writeNotice", notice::writeNotice);
        bean.accept("readAcknowledgement", notice::readAcknowledgement);

        bean.accept("writeVersions", version::writeVersions);
        bean.accept("askVersions", version::askVersions);
        bean.accept("readVersions", version::readVersions);
        bean.accept("refuseAsynchronous", version::refuseAsynchronous);

        bean.accept("fetchLinkKeys", linkKey::fetchLinkKeys);
        bean.accept("writeAnnouncement", linkKey::writeAnnouncement);
        bean.accept("readConfirmation", linkKey::readConfirmation);
        bean.accept("claimLinkKeys", linkKey::claimLinkKeys);

        bean.accept("writeKmeCall", kme::writeKmeCall);

        bean.accept("refreshOwnAdvert", discovery::refreshOwnAdvert);
        bean.accept("writeAdverts", discovery::writeAdverts);
        bean.accept("readAdverts", discovery::readAdverts);
        bean.accept("exchangeAdverts", discovery::exchangeAdverts);

        bean.accept("expireKeys", housekeeping::expireKeys);

        bean.accept("writeLive", management::writeLive);
        bean.accept("writeHealth", management::writeHealth);
        bean.accept("writeMetrics", management::writeMetrics);
        bean.accept("clearSae", management::clearSae);
    }
}
