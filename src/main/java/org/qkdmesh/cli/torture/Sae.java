package org.qkdmesh.cli.torture;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpConnectTimeoutException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLHandshakeException;
import org.qkdmesh.cli.demo.DemoSae;
import org.qkdmesh.cli.torture.Event.Op;
import org.qkdmesh.cli.torture.Event.Outcome;
import org.qkdmesh.model.SaeId;

/** An SAE that writes down all that it sees. Safe for use by several threads. */
final class Sae {

    private final SaeId id;
    private final DemoSae client;
    private final History history;
    private final KeyTraces traces;

    /** @param traces hear of every key that it is given */
    Sae(SaeId id, String api, Path certificates, History history, KeyTraces traces) throws IOException {
        this.id = id;
        this.client = new DemoSae(id, api, certificates);
        this.history = history;
        this.traces = traces;
    }

    /** What was answered: the ids of the keys that came. */
    record Reply(Outcome outcome, Set<String> ids) {}

    /** @param slaves all of whom get the same keys; the first is the one in the path */
    Reply askFor(List<SaeId> slaves, int number, int bits) {
        Asked asked = new Asked(Op.ENC, slaves, number, bits);
        try {
            DemoSae.Answer answer = client.encKeys(slaves.get(0), slaves.subList(1, slaves.size()), number, bits);
            Outcome outcome = outcome(answer);
            for (JsonNode key : answer.body().path("keys")) {
                traces.add(key.path("key").binaryValue());
            }
            answer.hashes().forEach((key, hash) -> asked.add(key, hash, answer.keyBits(), outcome, ""));
            if (outcome != Outcome.OK || answer.hashes().isEmpty()) {
                asked.add("", "", 0, outcome, said(answer));
            }
            return new Reply(outcome, answer.hashes().keySet());
        } catch (IOException e) {
            asked.add("", "", 0, outcome(e), e.toString());
            return new Reply(outcome(e), Set.of());
        }
    }

    Reply fetch(SaeId master, List<String> ids) {
        Asked asked = new Asked(Op.DEC, List.of(master), ids.size(), 0);
        try {
            DemoSae.Answer answer = client.decKeys(master, ids);
            Outcome outcome = outcome(answer);
            answer.hashes().forEach((key, hash) -> asked.add(key, hash, answer.keyBits(), outcome, ""));
            ids.stream()
                    .filter(key -> !answer.hashes().containsKey(key))
                    .forEach(key ->
                            asked.add(key, "", 0, outcome == Outcome.OK ? Outcome.REFUSED : outcome, said(answer)));
            return new Reply(outcome, answer.hashes().keySet());
        } catch (IOException e) {
            ids.forEach(key -> asked.add(key, "", 0, outcome(e), e.toString()));
            return new Reply(outcome(e), Set.of());
        }
    }

    /** A request that is under way. */
    private final class Asked {

        private final long request = history.newRequest();
        private final long start = history.now();
        private final Op op;
        private final List<String> peers;
        private final int number;
        private final int bits;

        Asked(Op op, List<SaeId> peers, int number, int bits) {
            this.op = op;
            this.peers = peers.stream().map(SaeId::text).toList();
            this.number = number;
            this.bits = bits;
        }

        void add(String key, String hash, int keyBits, Outcome outcome, String note) {
            long now = history.now();
            history.add(new Event(
                    now, now - start, id.text(), op, peers, request, number, bits, key, hash, keyBits, outcome, note));
        }
    }

    private static Outcome outcome(DemoSae.Answer answer) {
        if (answer.status() == 200) {
            return Outcome.OK;
        }
        return answer.status() >= 500 || answer.status() == 429 ? Outcome.BUSY : Outcome.REFUSED;
    }

    /** Without a connection the request was never sent. What fails later may have been done. */
    private static Outcome outcome(IOException failure) {
        boolean neverSent = failure instanceof ConnectException
                || failure instanceof HttpConnectTimeoutException
                || failure instanceof SSLHandshakeException;
        return neverSent ? Outcome.BUSY : Outcome.UNKNOWN;
    }

    private static String said(DemoSae.Answer answer) {
        return answer.status() + " " + answer.body().path("message").asText();
    }
}
