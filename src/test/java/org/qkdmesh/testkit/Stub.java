package org.qkdmesh.testkit;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import org.qkdmesh.etsi020.HopRefusal;
import org.qkdmesh.etsi020.ProblemCodec;
import org.qkdmesh.etsi020.RefusalReason;
import org.qkdmesh.transport.CallFailure;
import org.qkdmesh.transport.CallTimedOut;
import org.qkdmesh.transport.InMemoryServer;

/**
 * Somebody whom the tested node calls: a neighbour, a KME, or any other server. Does its real work until the test says
 * otherwise, and keeps the calls that were made to it. The rule that was made last goes first.
 *
 * <pre>{@code
 * node.neighbour("tn-2").on("ext_keys").refuses(RefusalReason.BUSY);
 * node.kme("tn-2").on("enc_keys").first(1).isUnreachable();
 * node.kme("tn-2").everywhere().changes(body -> body.replace("key_ID", "keyId"));
 * }</pre>
 */
public final class Stub {

    /** So many of the last calls are kept. */
    private static final int KEPT_CALLS = 1000;

    /** What stands behind the stub. */
    @FunctionalInterface
    interface Works {
        InMemoryServer.Reply answer(Call call) throws CallFailure;
    }

    private final String name;
    private final Works works;
    private final List<Rule> rules = new CopyOnWriteArrayList<>();
    private final List<Call> calls = new ArrayList<>();

    Stub(String name, Works works) {
        this.name = name;
        this.works = works;
    }

    /** What is to happen to calls whose path contains this text. */
    public Rule on(String pathPart) {
        return new Rule(pathPart);
    }

    /** What is to happen to all calls. */
    public Rule everywhere() {
        return new Rule("");
    }

    /** Forgets all rules: from now on it does its real work again. */
    public void works() {
        rules.clear();
    }

    /** The calls so far whose path contains this text, the oldest first. */
    public List<Call> calls(String pathPart) {
        synchronized (calls) {
            return calls.stream()
                    .filter(call -> call.target().contains(pathPart))
                    .toList();
        }
    }

    /** Forgets the calls so far. */
    public void forgetCalls() {
        synchronized (calls) {
            calls.clear();
        }
    }

    InMemoryServer.Reply answer(Call call) throws CallFailure {
        synchronized (calls) {
            if (calls.size() == KEPT_CALLS) {
                calls.remove(0);
            }
            calls.add(call);
        }
        for (Rule rule : rules) {
            if (rule.takes(call)) {
                return rule.deed.answer(call);
            }
        }
        return works.answer(call);
    }

    private static InMemoryServer.Reply reply(int status, byte[] body) {
        return new InMemoryServer.Reply(status, Map.of("Content-Type", "application/json"), body);
    }

    @Override
    public String toString() {
        return name;
    }

    /** What happens to some of the calls to a {@link Stub}. Takes effect when it is said what. */
    public final class Rule {

        private final String pathPart;
        private int left = Integer.MAX_VALUE;
        private Works deed;

        private Rule(String pathPart) {
            this.pathPart = pathPart;
        }

        /** Only for so many calls; then the real work is done again. */
        public Rule first(int number) {
            left = number;
            return this;
        }

        /** Answers with this, and does nothing. */
        public void answers(int status, String body) {
            does(call -> reply(status, body.getBytes(StandardCharsets.UTF_8)));
        }

        /** Answers with an error of the key delivery API, as a KME does. */
        public void fails(int status, String message) {
            answers(status, "{\"message\":\"" + message + "\"}");
        }

        /** Refuses as a node does: nothing of the message is kept. */
        public void refuses(RefusalReason reason) {
            HopRefusal refusal = HopRefusal.of(reason, "so the test says");
            does(call -> reply(reason.status(), ProblemCodec.encode(refusal, reason.status())));
        }

        /** There is no connection: nothing reaches it. */
        public void isUnreachable() {
            does(call -> {
                throw new CallFailure(CallFailure.Outcome.NOT_SENT, name + " is unreachable, so the test says", null);
            });
        }

        /** The call reaches it, but no answer comes in time. It takes no time in the test. */
        public void isSilent() {
            does(call -> {
                works.answer(call);
                throw new CallTimedOut(CallFailure.Outcome.UNKNOWN, name + " is silent, so the test says", null);
            });
        }

        /** Does its real work, and then answers something else: an odd device. */
        public void changes(UnaryOperator<String> body) {
            does(call -> {
                InMemoryServer.Reply right = works.answer(call);
                String odd = body.apply(new String(right.body(), StandardCharsets.UTF_8));
                return new InMemoryServer.Reply(right.status(), right.headers(), odd.getBytes(StandardCharsets.UTF_8));
            });
        }

        private void does(Works what) {
            deed = what;
            rules.add(0, this);
        }

        private synchronized boolean takes(Call call) {
            if (left <= 0 || !call.target().contains(pathPart)) {
                return false;
            }
            left--;
            return true;
        }
    }
}
