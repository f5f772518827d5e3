package org.qkdmesh.routefiles;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.qkdmesh.routefiles.RouteContract.KeyEffect;

/**
 * No key reaches a log or a header, and none leaves the node by a way of which nobody says why. Follows each route from
 * its beginning, and into the routes that it calls, and knows at each step where keys may be. Steps of the program's own
 * do what {@link RouteContract#keySteps} says; of other beans it is taken that they leave keys where they are.
 */
final class KeyLeakCheck {

    /** Endpoints that leave the body as it is. */
    private static final Set<String> ONE_WAY = Set.of("file", "log", "mock", "stub", "dataset", "controlbus", "seda");

    private static final Set<String> SENDS = Set.of("to", "toD", "wireTap", "enrich", "pollEnrich", "recipientList");

    private final List<RouteFile> files;
    private final RouteContract contract;
    private final KeyExpressions expressions;
    private final Findings findings;
    private final Map<String, Flow> byInput = new HashMap<>();
    private final Map<String, KeyTrace> byConfiguration = new HashMap<>();
    private final Deque<Flow> under = new ArrayDeque<>();

    KeyLeakCheck(List<RouteFile> files, RouteContract contract, Findings findings) {
        this.files = files;
        this.contract = contract;
        this.expressions = new KeyExpressions(contract.keyProperties());
        this.findings = findings;
        for (RouteFile file : files) {
            file.flows().stream()
                    .filter(Flow::hasSteps)
                    .forEach(flow -> byInput.put(flow.input().uri(), flow));
        }
    }

    void check() {
        for (RouteFile file : files) {
            for (Flow flow : file.flows()) {
                if (flow.hasSteps()) {
                    follow(flow, new KeyTrace());
                }
                flow.body().each(this::redelivery);
            }
        }
        for (RouteFile file : files) {
            file.flows().stream().filter(Flow::isConfiguration).forEach(this::policies);
        }
    }

    /** What was in the message when something went wrong is what the policy's steps may find. */
    private void policies(Flow configuration) {
        KeyTrace keys = byConfiguration.getOrDefault(configuration.id(), new KeyTrace());
        Policies.of(configuration).forEach(policy -> steps(policy.steps(), keys.copy(), keys.copy()));
    }

    private void redelivery(Part part) {
        if (part.name().equals("logExhaustedMessageBody") && part.text().equals("true")) {
            findings.error(
                    part, "a key could reach the log: this writes the body of a failed message there; take it out");
        }
    }

    /** @return where keys are at its end */
    private KeyTrace follow(Flow flow, KeyTrace keys) {
        if (under.contains(flow)) {
            return keys;
        }
        under.push(flow);
        KeyTrace ever = keys.copy();
        KeyTrace after = steps(flow.steps(), keys.copy(), ever);
        Part trace = flow.route().member("trace");
        if (ever.isAnywhere() && trace.text().equals("true")) {
            findings.error(
                    trace, "a key could reach the log: \"trace\" writes each message of this route there; take it out");
        }
        for (String id : flow.route().text("routeConfigurationId").split(",")) {
            byConfiguration
                    .computeIfAbsent(id.strip(), unknown -> new KeyTrace())
                    .join(ever);
        }
        under.pop();
        return after;
    }

    /**
     * @param keys where keys are before the steps
     * @param ever gets where they are at any time
     */
    private KeyTrace steps(List<Step> steps, KeyTrace keys, KeyTrace ever) {
        KeyTrace now = keys;
        for (Step step : steps) {
            now = step(step, now, ever);
            ever.join(now);
        }
        return now;
    }

    private KeyTrace step(Step step, KeyTrace keys, KeyTrace ever) {
        Part body = step.body();
        Expression expression = Expression.of(body);
        switch (step.kind()) {
            case "log" -> log(step, body.node().isTextual() ? body : body.member("message"), keys);
            case "throwException" -> log(step, body.member("message"), keys);
            case "setHeader" -> header(body, body.text("name"), keys);
            case "setHeaders" ->
                body.member("headers").entries().forEach(header -> header(header, header.text("name"), keys));
            case "setProperty" -> keys.set("property", body.text("name"), gives(expression, keys));
            case "setVariable" -> keys.set("variable", body.text("name"), gives(expression, keys));
            case "setBody", "transform" -> keys.setBody(gives(expression, keys));
            case "removeHeader" -> keys.forget("header", body.text("name"));
            case "removeHeaders" -> keys.forget("header", body.text("pattern"));
            case "removeProperty" -> keys.forget("property", body.text("name"));
            case "removeProperties" -> keys.forget("property", body.text("pattern"));
            case "removeVariable" -> keys.forget("variable", body.text("name"));
            case "process", "bean" -> effect(body.text("ref"), keys);
            default -> {}
        }
        if (SENDS.contains(step.kind())) {
            return send(step, keys, ever);
        }
        return branches(step, expression, keys, ever);
    }

    /** Twice, since a loop comes back with what it left behind. */
    private KeyTrace branches(Step step, Expression expression, KeyTrace keys, KeyTrace ever) {
        KeyTrace after = keys.copy();
        for (int round = 0; round < 2; round++) {
            for (Step.Branch branch : step.branches()) {
                KeyTrace before = after.copy();
                if (step.kind().equals("split")) {
                    before.setBody(gives(expression, keys));
                }
                ever.join(before);
                KeyTrace behind = steps(branch.steps(), before, ever);
                if (step.kind().equals("split")) {
                    behind.setBody(keys.inBody());
                }
                after.join(behind);
            }
        }
        return after;
    }

    private boolean gives(Expression expression, KeyTrace keys) {
        return expressions.leak(expression, keys).isPresent();
    }

    private void effect(String bean, KeyTrace keys) {
        KeyEffect effect = contract.keySteps().get(bean);
        if (effect == null) {
            return;
        }
        switch (effect) {
            case PROPERTY_HOLDS_KEYS ->
                contract.keyProperties().forEach(property -> keys.set("property", property, true));
            case BODY_HOLDS_KEYS -> keys.setBody(true);
            case ANSWER_HOLDS_KEYS -> keys.expectInAnswer();
        }
    }

    private void log(Step step, Part message, KeyTrace keys) {
        expressions
                .simple(message.text(), keys)
                .ifPresent(what -> findings.error(
                        message,
                        "a key could reach the log: " + what + " holds keys at this step ("
                                + (step.id().isEmpty() ? step.kind() : step.id())
                                + "); log what is no secret, as ${exchangeProperty.keyOrder}"));
    }

    private void header(Part header, String name, KeyTrace keys) {
        Expression expression = Expression.of(header);
        expressions
                .leak(expression, keys)
                .ifPresent(what -> findings.error(
                        expression.part(),
                        "a key would be in the header \"" + name + "\": " + what
                                + " holds keys here, and headers travel with calls and reach logs; leave keys in the"
                                + " exchange property"));
        keys.set("header", name, gives(expression, keys));
    }

    private KeyTrace send(Step step, KeyTrace keys, KeyTrace ever) {
        Endpoint endpoint = Endpoint.of(step.body());
        if (step.body().member("expression").exists()) {
            endpoint = endpoint.at(step.expression());
        }
        boolean tap = step.kind().equals("wireTap");
        if (endpoint.isRoute()) {
            Flow called = byInput.get(endpoint.uri());
            if (called == null) {
                return keys;
            }
            KeyTrace after = follow(called, keys.copy());
            ever.join(after);
            return tap || endpoint.scheme().equals("seda") ? keys : after;
        }
        if (endpoint.scheme().equals("log")) {
            logEndpoint(endpoint, keys);
            return keys;
        }
        if (keys.inBody() && step.body().text("description").isBlank()) {
            findings.warning(
                    step.body(),
                    "keys leave the node here, in the body: if that is meant, say why in this step's \"description:\"; if"
                            + " not, set the body to what is meant first");
        }
        boolean answers = !tap && !ONE_WAY.contains(endpoint.scheme()) && (endpoint.isDynamic() || endpoint.exists());
        if (answers) {
            keys.answered(endpoint.uri().matches(".*/(enc|dec)_keys\\b.*"));
        }
        return keys;
    }

    private void logEndpoint(Endpoint endpoint, KeyTrace keys) {
        boolean all = endpoint.hasOption("showAll", "true");
        boolean body = keys.inBody() && (all || !endpoint.hasOption("showBody", "false"));
        boolean properties = keys.inAny("property")
                && (all
                        || endpoint.hasOption("showProperties", "true")
                        || endpoint.hasOption("showAllProperties", "true"));
        boolean headers = keys.inAny("header") && (all || endpoint.hasOption("showHeaders", "true"));
        if (body || properties || headers) {
            String what = body ? "body" : properties ? "exchange properties" : "headers";
            findings.error(
                    endpoint.part(),
                    "a key could reach the log: the " + what + " hold" + (body ? "s" : "") + " keys at this step; "
                            + (body ? "set the option showBody to \"false\", or " : "")
                            + "log what is no secret with a \"log:\" step");
        }
    }
}
