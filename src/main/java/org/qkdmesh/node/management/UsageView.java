package org.qkdmesh.node.management;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import org.qkdmesh.model.NodeClock;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.Refusal;
import org.qkdmesh.sae.PairRefusals;
import org.qkdmesh.store.DayUse;
import org.qkdmesh.store.NodeStore;
import org.qkdmesh.store.PairUse;
import org.qkdmesh.store.StoreFailure;

/** What pairs of SAEs used at this node, by day and direction. */
public final class UsageView {

    private static final int USUAL_DAYS = 30;
    private static final int MOST_ROWS = 100_000;

    private final NodeId self;
    private final NodeStore store;
    private final PairRefusals refusals;
    private final NodeClock clock;

    public UsageView(NodeId self, NodeStore store, PairRefusals refusals, NodeClock clock) {
        this.self = self;
        this.store = store;
        this.refusals = refusals;
        this.clock = clock;
    }

    /**
     * @param from the first day, such as 2026-01-31; null for 30 days ago
     * @param to the last day; null for today
     * @throws Refusal 400 when these are no days, or there is too much for one answer
     * @throws StoreFailure when the store does not answer
     */
    public ObjectNode document(String from, String to) {
        LocalDate today = LocalDate.ofInstant(clock.wall(), ZoneOffset.UTC);
        LocalDate last = day("to", to, today);
        LocalDate first = day("from", from, last.minusDays(USUAL_DAYS));
        if (first.isAfter(last)) {
            throw Refusal.badRequest("from: expected " + last + " (to) or a day before, found " + first);
        }
        refusals.save();
        List<DayUse> rows = store.transact(tx -> tx.uses(first, last, MOST_ROWS + 1));
        if (rows.size() > MOST_ROWS) {
            throw Refusal.badRequest("from: more than " + MOST_ROWS + " rows, ask for fewer days at once");
        }
        ObjectNode root = JsonNodeFactory.instance.objectNode().put("node", self.text());
        ArrayNode uses = root.putArray("uses");
        rows.forEach(row -> uses.add(use(row)));
        return root;
    }

    private static ObjectNode use(DayUse row) {
        PairUse use = row.use();
        return JsonNodeFactory.instance
                .objectNode()
                .put("day", row.day().toString())
                .put("master", use.pair().master().text())
                .put("slave", use.pair().slave().text())
                .put("direction", use.direction().name().toLowerCase(Locale.ROOT))
                .put("requests", use.requests())
                .put("keys", use.keys())
                .put("bits", use.bits())
                .put("refusals", use.refusals());
    }

    private static LocalDate day(String name, String text, LocalDate otherwise) {
        try {
            return text == null ? otherwise : LocalDate.parse(text);
        } catch (DateTimeException e) {
            throw Refusal.badRequest(name + ": expected a day such as 2026-01-31");
        }
    }
}
