package org.qkdmesh.doctor;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.qkdmesh.kme.KmeCall;
import org.qkdmesh.kme.KmeFailure;
import org.qkdmesh.transport.PeerClient;

/**
 * Carries the calls of a KME's client and notes what is odd about the answers: their form, never what keys are in them.
 * For one thread.
 */
final class ObservedCalls implements KmeCall {

    /** As long as a node waits. */
    static final Duration PATIENCE = Duration.ofSeconds(2);

    private static final Duration SLOW = Duration.ofSeconds(1);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Peer peer;
    private final PeerClient client;
    private final Clocks clocks;
    private final Map<String, Finding> oddities = new LinkedHashMap<>();
    private JsonNode status = MissingNode.getInstance();
    private int lastStatus;

    ObservedCalls(Peer peer, Clocks clocks) {
        this.peer = peer;
        // Longer than a node waits, so that a slow KME is told from one that does not answer.
        this.client = new PeerClient(peer.url(), peer.tls(), PATIENCE.multipliedBy(3));
        this.clocks = clocks;
    }

    @Override
    public Answer call(String method, String target, byte[] body) {
        PeerClient.Answer answer;
        try {
            answer = client.call(method, target, body);
        } catch (IOException e) {
            lastStatus = 0;
            throw new KmeFailure(KmeFailure.Kind.UNAVAILABLE, "no answer (" + e.getMessage() + ")");
        }
        lastStatus = answer.status();
        clocks.saw(peer.expected().id(), answer.date(), answer.took());
        String what = target.replaceAll("\\?.*|.*/(?=[a-z_]+(\\?|$))", "");
        noteForm(what, answer);
        noteTime(what, answer.took());
        if (what.equals("status") && answer.status() == 200) {
            status = parsed(answer.body());
        }
        return new Answer(answer.status(), answer.body());
    }

    /** HTTP status of the last answer; 0 when there was none. */
    int lastStatus() {
        return lastStatus;
    }

    /** The last answer to {@code status}, as it came; missing when it was no JSON. */
    JsonNode status() {
        return status;
    }

    /** What is odd, each thing once. */
    Map<String, Finding> oddities() {
        return oddities;
    }

    private void noteForm(String what, PeerClient.Answer answer) {
        boolean json = answer.contentType()
                .map(type -> type.startsWith("application/json"))
                .orElse(false);
        if (answer.status() == 200 && !json) {
            odd(
                    "content type",
                    "answers " + what + " as " + answer.contentType().orElse("nothing named")
                            + ", not as application/json",
                    "qkd-mesh reads it all the same. Tell the vendor: ETSI GS QKD 014 wants application/json.");
        }
        if (answer.status() >= 400 && answer.body().length > 0) {
            noteError(what, answer);
        }
    }

    private void noteError(String what, PeerClient.Answer answer) {
        JsonNode said = parsed(answer.body());
        if (!said.isObject()) {
            odd(
                    "error form",
                    "answers errors of " + what + " as text, not as JSON with a message",
                    "qkd-mesh quotes the text in its log. Tell the vendor.");
        } else if (!said.has("message")) {
            odd(
                    "error member",
                    said.has("detail")
                            ? "says what went wrong under detail, not under message"
                            : "does not say what went wrong: its errors have no message",
                    "qkd-mesh reads message and detail. Tell the vendor.");
        }
    }

    private void noteTime(String what, Duration took) {
        if (took.compareTo(SLOW) > 0) {
            odd(
                    "slow",
                    "took " + took.toMillis() + " ms for " + what + "; a node waits " + PATIENCE.toMillis()
                            + " ms at most",
                    "See what keeps it: its load, its own disk, the network between.");
        }
    }

    /** What its client had to make up for. */
    void brokeRule(String rule) {
        odd(
                rule,
                rule,
                "qkd-mesh makes up for it; over GET it gets one key per dec_keys, which is slow. Tell the vendor.");
    }

    void odd(String kind, String text, String remedy) {
        oddities.putIfAbsent(kind, Finding.warn(text, remedy));
    }

    private static JsonNode parsed(byte[] body) {
        try {
            JsonNode tree = JSON.readTree(body);
            return tree == null ? MissingNode.getInstance() : tree;
        } catch (IOException e) {
            return MissingNode.getInstance();
        }
    }

    /** A member of the status as text, if it is there. */
    Optional<String> statusText(String member) {
        return Optional.of(status.path(member).asText("")).filter(text -> !text.isEmpty());
    }
}
