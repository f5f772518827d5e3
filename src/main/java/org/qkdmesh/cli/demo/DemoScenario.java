package org.qkdmesh.cli.demo;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.qkdmesh.model.NodePath;
import org.qkdmesh.model.SaeId;

/** What the demo does as an SAE: asks at one end, fetches at the other, compares. */
final class DemoScenario {

    private static final int KEY_BITS = 256;

    /**
     * One key at both ends.
     *
     * @param encHash SHA-256 of what the master got, in hex
     * @param decHash SHA-256 of what the slave got, in hex; empty when it got nothing
     */
    record Row(
            String pair,
            NodePath path,
            String keyId,
            int bits,
            long encMillis,
            long decMillis,
            String encHash,
            String decHash) {

        boolean isSame() {
            return !encHash.isEmpty() && encHash.equals(decHash);
        }
    }

    /** All rows, and whatever was not as it should be, in words. */
    record Result(List<Row> rows, List<String> faults) {}

    private final DemoNetwork network;
    private final Path certs;
    private final Map<SaeId, DemoSae> saes = new HashMap<>();
    private final List<Row> rows = new ArrayList<>();
    private final List<String> faults = new ArrayList<>();

    DemoScenario(DemoNetwork network, Path certs) {
        this.network = network;
        this.certs = certs;
    }

    /** How many keys from a to b the network says that it could give now; 0 while it cannot. */
    long deliverable(String from, String to) {
        try {
            DemoSae.Answer answer = sae(from).status(new SaeId(to));
            return answer.status() == 200
                    ? answer.body().path("stored_key_count").asLong()
                    : 0;
        } catch (IOException e) {
            return 0;
        }
    }

    Result run() {
        transfer("sae-a", "sae-b", 10);
        transfer("sae-a", "sae-c", 1);
        transfer("sae-b", "sae-a", 1);
        return new Result(List.copyOf(rows), List.copyOf(faults));
    }

    private void transfer(String from, String to, int number) {
        String pair = from + " -> " + to;
        try {
            DemoSae master = sae(from);
            DemoSae slave = sae(to);
            DemoSae.Answer given = master.encKeys(slave.id(), number, KEY_BITS);
            if (given.status() != 200 || given.hashes().size() != number) {
                faults.add(pair + ": enc_keys answered " + given.status() + " " + given.body());
                return;
            }
            Set<String> ids = given.hashes().keySet();
            DemoSae.Answer fetched = slave.decKeys(master.id(), ids);
            NodePath path = network.path(master.id(), slave.id());
            given.hashes()
                    .forEach((id, hash) -> rows.add(new Row(
                            pair,
                            path,
                            id,
                            given.keyBits(),
                            given.time().toMillis(),
                            fetched.time().toMillis(),
                            hash,
                            fetched.hashes().getOrDefault(id, ""))));
            if (rows.stream().anyMatch(row -> !row.isSame())) {
                faults.add(pair + ": dec_keys answered " + fetched.status() + ", the two ends differ");
            }
            DemoSae.Answer again = slave.decKeys(master.id(), ids);
            if (again.status() != 400) {
                faults.add(pair + ": a second fetch answered " + again.status() + " instead of 400");
            }
        } catch (IOException e) {
            faults.add(pair + ": " + e);
        }
    }

    private DemoSae sae(String name) throws IOException {
        SaeId id = new SaeId(name);
        DemoSae sae = saes.get(id);
        if (sae == null) {
            sae = new DemoSae(id, network.apiOf(id), certs);
            saes.put(id, sae);
        }
        return sae;
    }
}
