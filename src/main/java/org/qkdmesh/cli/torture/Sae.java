package org.qkdmesh.cli.torture;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.qkdmesh.cli.demo.DemoSae;
import org.qkdmesh.cli.torture.Event.Op;
import org.qkdmesh.cli.torture.Event.Outcome;
import org.qkdmesh.model.SaeId;

/** An SAE that writes down all that it sees. Safe for use by several threads. */
final class Sae {

    private final SaeId id;
    private final DemoSae client;
    private final History history;

    Sae(SaeId id, String api, Path certificates, History history) throws IOException {
        this.id = id;
        this.client = new DemoSae(id, api, certificates);
        this.history = history;
    }

    /** What was answered: the ids of the keys that came. */
    record Reply(Outcome outcome, Set<String> ids) {}

    Reply askFor(SaeId slave, int number, int bits) {
        long request = history.newRequest();
        long start = history.now();
        try {
            DemoSae.Answer answer = client.encKeys(slave, number, bits);
            Outcome outcome = outcome(answer);
            for (Map.Entry<String, String> key : answer.hashes().entrySet()) {
                add(start, Op.ENC, slave, request, number, bits, key, answer.keyBits(), outcome, "");
            }
            if (outcome != Outcome.OK || answer.hashes().isEmpty()) {
                add(start, Op.ENC, slave, request, number, bits, Map.entry("", ""), 0, outcome, said(answer));
            }
            return new Reply(outcome, answer.hashes().keySet());
        } catch (IOException e) {
            add(start, Op.ENC, slave, request, number, bits, Map.entry("", ""), 0, Outcome.UNKNOWN, e.toString());
            return new Reply(Outcome.UNKNOWN, Set.of());
        }
    }

    Reply fetch(SaeId master, List<String> ids) {
        long request = history.newRequest();
        long start = history.now();
        try {
            DemoSae.Answer answer = client.decKeys(master, ids);
            Outcome outcome = outcome(answer);
            for (Map.Entry<String, String> key : answer.hashes().entrySet()) {
                add(start, Op.DEC, master, request, ids.size(), 0, key, answer.keyBits(), outcome, "");
            }
            ids.stream()
                    .filter(asked -> !answer.hashes().containsKey(asked))
                    .forEach(asked -> add(
                            start,
                            Op.DEC,
                            master,
                            request,
                            ids.size(),
                            0,
                            Map.entry(asked, ""),
                            0,
                            outcome == Outcome.OK ? Outcome.REFUSED : outcome,
                            said(answer)));
            return new Reply(outcome, answer.hashes().keySet());
        } catch (IOException e) {
            ids.forEach(asked -> add(
                    start,
                    Op.DEC,
                    master,
                    request,
                    ids.size(),
                    0,
                    Map.entry(asked, ""),
                    0,
                    Outcome.UNKNOWN,
                    e.toString()));
            return new Reply(Outcome.UNKNOWN, Set.of());
        }
    }

    private void add(
            long start,
            Op op,
            SaeId peer,
            long request,
            int number,
            int bits,
            Map.Entry<String, String> key,
            int keyBits,
            Outcome outcome,
            String note) {
        long now = history.now();
        history.add(new Event(
                now,
                now - start,
                id.text(),
                op,
                List.of(peer.text()),
                request,
                number,
                bits,
                key.getKey(),
                key.getValue(),
                keyBits,
                outcome,
                note));
    }

    private static Outcome outcome(DemoSae.Answer answer) {
        if (answer.status() == 200) {
            return Outcome.OK;
        }
        return answer.status() >= 500 || answer.status() == 429 ? Outcome.BUSY : Outcome.REFUSED;
    }

    private static String said(DemoSae.Answer answer) {
        return answer.status() + " " + answer.body().path("message").asText();
    }
}
