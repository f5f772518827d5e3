package org.qkdmesh.node;

import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.apache.camel.Processor;
import org.apache.camel.spi.Registry;
import org.qkdmesh.node.processors.AuditProcessors;
import org.qkdmesh.node.processors.DiscoveryProcessors;
import org.qkdmesh.node.processors.DrainProcessors;
import org.qkdmesh.node.processors.GrantProcessors;
import org.qkdmesh.node.processors.HopProcessors;
import org.qkdmesh.node.processors.HousekeepingProcessors;
import org.qkdmesh.node.processors.KmeProcessors;
import org.qkdmesh.node.processors.LinkKeyProcessors;
import org.qkdmesh.node.processors.LogProcessors;
import org.qkdmesh.node.processors.ManagementProcessors;
import org.qkdmesh.node.processors.NeighbourProcessors;
import org.qkdmesh.node.processors.NoticeProcessors;
import org.qkdmesh.node.processors.OwnFlowProcessors;
import org.qkdmesh.node.processors.PeerProcessors;
import org.qkdmesh.node.processors.RelayProcessors;
import org.qkdmesh.node.processors.ReloadProcessors;
import org.qkdmesh.node.processors.SaeProcessors;
import org.qkdmesh.node.processors.SealProcessors;
import org.qkdmesh.node.processors.StoreProcessors;
import org.qkdmesh.node.processors.TraceProcessors;
import org.qkdmesh.node.processors.TransitProcessors;
import org.qkdmesh.node.processors.VersionProcessors;
import org.qkdmesh.node.processors.ViewProcessors;
import org.qkdmesh.node.processors.ZeroiseProcessors;
import org.qkdmesh.routefiles.RouteContract.KeyEffect;
import org.qkdmesh.routing.MostKeys;
import org.qkdmesh.routing.PathPlanner;
import org.qkdmesh.routing.RememberedPaths;
import org.qkdmesh.routing.ShortestPath;

/** Every step and path planner that the routes may use, and the bean name that they find it under. */
record RouteBeans(
        SaeProcessors sae,
        OwnFlowProcessors own,
        RelayProcessors relay,
        TransitProcessors transit,
        HopProcessors hop,
        PeerProcessors peer,
        NeighbourProcessors neighbour,
        NoticeProcessors notice,
        SealProcessors seal,
        VersionProcessors version,
        LinkKeyProcessors linkKey,
        GrantProcessors grant,
        KmeProcessors kme,
        DiscoveryProcessors discovery,
        HousekeepingProcessors housekeeping,
        AuditProcessors audit,
        ManagementProcessors management,
        ViewProcessors view,
        TraceProcessors trace,
        DrainProcessors drain,
        ReloadProcessors reload,
        ZeroiseProcessors zeroise,
        StoreProcessors store,
        LogProcessors log) {

    private static final Map<String, PathPlanner> PLANNERS = Map.of(
            "shortestPath", new RememberedPaths(new ShortestPath()),
            "mostKeys", new RememberedPaths(new MostKeys()));
    private static final Map<String, Function<RouteBeans, Processor>> STEPS = new LinkedHashMap<>();
    private static final Map<String, KeyEffect> KEY_STEPS = new HashMap<>();

    static {
        step("identifyMaster", beans -> beans.sae::identifyMaster);
        step("identifySlave", beans -> beans.sae::identifySlave);
        step("writeStatus", beans -> beans.sae::writeStatus);
        step("readKeyRequest", beans -> beans.sae::readKeyRequest);
        step("makeLocalKeys", beans -> beans.sae::makeLocalKeys, KeyEffect.PROPERTY_HOLDS_KEYS);
        step("readKeyIds", beans -> beans.sae::readKeyIds);
        step("takeStoredKeys", beans -> beans.sae::takeStoredKeys, KeyEffect.PROPERTY_HOLDS_KEYS);
        step("writeKeyContainer", beans -> beans.sae::writeKeyContainer, KeyEffect.BODY_HOLDS_KEYS);
        step("writeSaeRefusal", beans -> beans.sae::writeSaeRefusal);
        step("noteFailure", beans -> beans.sae::noteFailure);

        step("orderKeys", beans -> beans.own::orderKeys);
        step("describeKeys", beans -> beans.own::describeKeys);
        step("writeKeyFiles", beans -> beans.own::writeKeyFiles);

        step("openRelay", beans -> beans.relay::openRelay);
        step("planPath", beans -> beans.relay::planPath);
        step("awaitSeals", beans -> beans.relay::awaitSeals);
        step("takeLinkKeys", beans -> beans.relay::takeLinkKeys);
        step("decideAttempt", beans -> beans.relay::decideAttempt);
        step("closeRelay", beans -> beans.relay::closeRelay, KeyEffect.PROPERTY_HOLDS_KEYS);

        step("checkRelayMessage", beans -> beans.transit::checkRelayMessage);
        step("padForNextHop", beans -> beans.transit::padForNextHop);
        step("concludeTransit", beans -> beans.transit::concludeTransit);
        step("writeHopReply", beans -> beans.transit::writeHopReply);

        step("writeHopMessage", beans -> beans.hop::writeHopMessage);
        step("renewHopTime", beans -> beans.hop::renewHopTime);
        step("noteHopFailure", beans -> beans.hop::noteHopFailure);
        step("readHopAnswer", beans -> beans.hop::readHopAnswer);

        step("identifyNeighbour", beans -> beans.peer::identifyNeighbour);
        step("writePeerError", beans -> beans.peer::writePeerError);
        step("noteBackgroundFailure", beans -> beans.peer::noteBackgroundFailure);

        step("writeNeighbourCall", beans -> beans.neighbour::writeNeighbourCall);
        step("readNeighbourAnswer", beans -> beans.neighbour::readNeighbourAnswer);

        step("handleNotice", beans -> beans.notice::handleNotice);
        step("writeAcknowledgement", beans -> beans.notice::writeAcknowledgement);
        step("listNotices", beans -> beans.notice::listNotices);
        step("writeNotice", beans -> beans.notice::writeNotice);
        step("readAcknowledgement", beans -> beans.notice::readAcknowledgement);

        step("handleSealOffer", beans -> beans.seal::handleSealOffer);
        step("writeSealAnswer", beans -> beans.seal::writeSealAnswer);
        step("writeSealOffer", beans -> beans.seal::writeSealOffer);
        step("readSealAnswer", beans -> beans.seal::readSealAnswer);

        step("writeVersions", beans -> beans.version::writeVersions);
        step("askVersions", beans -> beans.version::askVersions);
        step("readVersions", beans -> beans.version::readVersions);
        step("refuseAsynchronous", beans -> beans.version::refuseAsynchronous);

        step("fetchLinkKeys", beans -> beans.linkKey::fetchLinkKeys);
        step("writeAnnouncement", beans -> beans.linkKey::writeAnnouncement);
        step("readConfirmation", beans -> beans.linkKey::readConfirmation);
        step("claimLinkKeys", beans -> beans.linkKey::claimLinkKeys);
        step("compareLinkKeys", beans -> beans.linkKey::compareLinkKeys);

        step("writeGrantRequest", beans -> beans.grant::writeGrantRequest);
        step("readGrant", beans -> beans.grant::readGrant);
        step("grantLinkKeys", beans -> beans.grant::grantLinkKeys);

        step("writeKmeCall", beans -> beans.kme::writeKmeCall, KeyEffect.ANSWER_HOLDS_KEYS);

        step("refreshOwnAdvert", beans -> beans.discovery::refreshOwnAdvert);
        step("writeAdverts", beans -> beans.discovery::writeAdverts);
        step("readAdverts", beans -> beans.discovery::readAdverts);
        step("exchangeAdverts", beans -> beans.discovery::exchangeAdverts);

        step("expireKeys", beans -> beans.housekeeping::expireKeys);
        step("observeStore", beans -> beans.housekeeping::observeStore);
        step("exportAudit", beans -> beans.audit::exportAudit);

        step("writeLive", beans -> beans.management::writeLive);
        step("writeHealth", beans -> beans.management::writeHealth);
        step("writeMetrics", beans -> beans.management::writeMetrics);
        step("clearSae", beans -> beans.management::clearSae);
        step("writeManagementError", beans -> beans.management::writeManagementError);

        step("writeNodeStatus", beans -> beans.view::writeNodeStatus);
        step("writeLinks", beans -> beans.view::writeLinks);
        step("writePaths", beans -> beans.view::writePaths);
        step("writeKeyCounts", beans -> beans.view::writeKeyCounts);
        step("writeUsage", beans -> beans.view::writeUsage);

        step("readTrace", beans -> beans.trace::readTrace);
        step("takeBackKeys", beans -> beans.trace::takeBackKeys);
        step("writeTrace", beans -> beans.trace::writeTrace);

        step("beginDrain", beans -> beans.drain::beginDrain);
        step("endDrain", beans -> beans.drain::endDrain);
        step("writeDrain", beans -> beans.drain::writeDrain);
        step("reload", beans -> beans.reload::reload);
        step("zeroise", beans -> beans.zeroise::zeroise);
        step("checkStore", beans -> beans.store::checkStore);
        step("backUpStore", beans -> beans.store::backUpStore);
        step("changeKek", beans -> beans.store::changeKek);
        step("writeLogLevels", beans -> beans.log::writeLogLevels);
        step("setLogLevel", beans -> beans.log::setLogLevel);
        step("clearLogLevel", beans -> beans.log::clearLogLevel);
        step("refuseWhileDraining", beans -> beans.drain::refuseWhileDraining);
    }

    private static void step(String name, Function<RouteBeans, Processor> processor) {
        STEPS.put(name, processor);
    }

    private static void step(String name, Function<RouteBeans, Processor> processor, KeyEffect effect) {
        step(name, processor);
        KEY_STEPS.put(name, effect);
    }

    /** The names that are bound, known without a node. */
    static Set<String> names() {
        return Collections.unmodifiableSet(STEPS.keySet());
    }

    /** Those of the steps after which keys are somewhere else than before. */
    static Map<String, KeyEffect> keySteps() {
        return Collections.unmodifiableMap(KEY_STEPS);
    }

    /** The names of the path planners. */
    static Set<String> planners() {
        return PLANNERS.keySet();
    }

    void bind(Registry registry) {
        PLANNERS.forEach(registry::bind);
        STEPS.forEach((name, processor) -> registry.bind(name, processor.apply(this)));
    }
}
