package org.qkdmesh.routefiles;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A route as a tree for people: what happens, under which ids, in which order.
 *
 * @param kind of the step, as Camel calls it; {@code from} for a route's beginning
 * @param id empty where there is none
 * @param what it does, in a few words
 * @param calls the endpoint of another route that it sends to; empty for all else
 * @param ways the ways that a message may go inside of it; one without a condition comes as a single way without a name
 */
public record Outline(String kind, String id, String what, String calls, List<Way> ways) {

    /**
     * @param kind as in {@code when} or {@code otherwise}; empty for the steps of the step itself
     * @param condition under which a message goes here; empty when there is none
     */
    public record Way(String kind, String id, String condition, List<Outline> steps) {}

    public Outline {
        ways = List.copyOf(ways);
    }

    static Outline of(Flow flow) {
        if (flow.isConfiguration()) {
            List<Way> policies = Policies.of(flow).stream().map(Outline::way).toList();
            return new Outline(flow.kind(), flow.id(), "", "", policies);
        }
        Endpoint from = flow.input();
        String methods = Optional.ofNullable(from.options().get("httpMethodRestrict"))
                .map(text -> " " + text)
                .orElse("");
        List<Outline> steps = flow.steps().stream().map(Outline::of).toList();
        return new Outline("from", flow.id(), from.uri() + methods, "", List.of(new Way("", "", "", steps)));
    }

    private static Outline of(Step step) {
        Endpoint endpoint = Endpoint.of(step.body());
        String calls = endpoint.isRoute() ? endpoint.uri() : "";
        List<Way> ways = step.branches().stream().map(Outline::way).toList();
        return new Outline(step.kind(), step.id(), what(step, endpoint), calls, ways);
    }

    private static Way way(Step.Branch branch) {
        List<Outline> steps = branch.steps().stream().map(Outline::of).toList();
        if (branch.name().isEmpty()) {
            return new Way("", "", "", steps);
        }
        return new Way(branch.name(), branch.holder().text("id"), condition(branch.holder()), steps);
    }

    private static String condition(Part holder) {
        List<String> exceptions = new ArrayList<>();
        holder.member("exception").entries().forEach(type -> exceptions.add(type.text()));
        return exceptions.isEmpty() ? Expression.of(holder).text() : String.join(", ", exceptions);
    }

    /** Its own description first of all; else what can be read from its members. */
    private static String what(Step step, Endpoint endpoint) {
        Part body = step.body();
        if (!body.text("description").isBlank()) {
            return body.text("description");
        }
        String expression = step.expression();
        return switch (step.kind()) {
            case "process", "bean" -> body.text("ref") + method(body);
            case "filter" -> "if " + expression;
            case "loop" -> body.text("doWhile").equals("true") ? "while " + expression : expression + " times";
            case "split" -> "for each of " + expression;
            case "setBody", "transform" -> "body = " + expression;
            case "setHeader", "setProperty", "setVariable" -> body.text("name") + " = " + expression;
            case "log" -> body.node().isTextual() ? body.text() : body.text("message");
            case "throwException" -> body.text("exceptionType").replaceFirst(".*[.]", "") + ": " + body.text("message");
            case "choice" -> "";
            default -> endpoint.exists() ? endpoint.uri() : expression.isEmpty() ? members(body) : expression;
        };
    }

    private static String method(Part body) {
        return body.text("method").isEmpty() ? "" : "." + body.text("method");
    }

    private static String members(Part body) {
        return body.members().stream()
                .filter(member -> !member.name().equals("id") && !member.text().isEmpty())
                .map(member -> member.name() + " " + member.text())
                .collect(Collectors.joining(", "));
    }
}
