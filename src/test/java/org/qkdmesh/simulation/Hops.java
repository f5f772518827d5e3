package org.qkdmesh.simulation;

import java.util.function.Consumer;
import org.qkdmesh.relay.HopAnswer;
import org.qkdmesh.relay.HopMessage;
import org.qkdmesh.relay.HopSends;
import org.qkdmesh.relay.RelayLimits;
import org.qkdmesh.simulation.SimulatedNetwork.Outcome;
import org.qkdmesh.simulation.SimulatedNetwork.Request;

/** What the route send-relay does: one hop, the same bytes once more if the connection failed. */
final class Hops {

    private static final long BACK_OFF = 50;

    private final SimulatedProcess process;
    private final VirtualTime time;

    Hops(SimulatedProcess process, VirtualTime time) {
        this.process = process;
        this.time = time;
    }

    void send(HopMessage message, HopSends sends, long deadline, Consumer<HopAnswer> done) {
        send(message, sends, deadline, true, done);
    }

    private void send(HopMessage message, HopSends sends, long deadline, boolean mayRepeat, Consumer<HopAnswer> done) {
        long left = deadline - time.monotonicMillis() - RelayLimits.HOP_MARGIN_MILLIS;
        if (left <= 0) {
            sends.answered(new HopAnswer.NotSent("too late"));
            done.accept(sends.outcome());
            return;
        }
        Request request = new Request("ext_keys", Body.of(message.body()), message.tagHeader(), left);
        process.call(message.to(), request, left, outcome -> {
            sends.answered(read(message, outcome));
            boolean connectionFailed = outcome instanceof Outcome.NotSent || outcome instanceof Outcome.Broken;
            if (connectionFailed && mayRepeat) {
                process.after(BACK_OFF, () -> send(message, sends, deadline, false, done));
            } else {
                done.accept(sends.outcome());
            }
        });
    }

    private static HopAnswer read(HopMessage message, Outcome outcome) {
        if (outcome instanceof Outcome.Answered answer) {
            return HopAnswer.read(message, answer.status(), answer.body().bytes(), answer.confirmation());
        }
        return outcome instanceof Outcome.NotSent
                ? new HopAnswer.NotSent("refused")
                : new HopAnswer.Unknown("no answer");
    }
}
