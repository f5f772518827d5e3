package org.qkdmesh.routefiles;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Routes, and the steps that somebody would want to time, have an id of their own, and routes say what they are for. */
final class StyleCheck {

    /** Steps that are over at once: nobody times them. */
    private static final Set<String> QUICK = Set.of(
            "convertBodyTo",
            "convertHeaderTo",
            "log",
            "removeHeader",
            "removeHeaders",
            "removeProperties",
            "removeProperty",
            "removeVariable",
            "rollback",
            "setBody",
            "setExchangePattern",
            "setHeader",
            "setHeaders",
            "setProperty",
            "setVariable",
            "setVariables",
            "stop",
            "throwException",
            "transform");

    private final Set<String> steps;
    private final Findings findings;
    private final Map<String, Part> flowIds = new HashMap<>();
    private final Map<String, Part> stepIds = new HashMap<>();

    /** @param steps those that there are; of others it is said elsewhere that there are none */
    StyleCheck(Set<String> steps, Findings findings) {
        this.steps = steps;
        this.findings = findings;
    }

    void check(List<RouteFile> files) {
        files.forEach(file -> file.flows().forEach(this::flow));
    }

    private void flow(Flow flow) {
        if (flow.isRoute() || flow.isTemplate() || flow.isConfiguration()) {
            idOf(flow);
            description(flow);
        }
        if (flow.hasSteps()) {
            uri(flow.input());
            String prefix = flow.isTemplate() ? flow.id() + "/" : flow.route().text("nodePrefixId");
            flow.steps().forEach(step -> step(step, prefix));
        }
        if (flow.isConfiguration()) {
            Policies.of(flow).forEach(policy -> policy.steps().forEach(step -> step(step, "")));
        }
    }

    private void idOf(Flow flow) {
        Part id = flow.body().member("id");
        if (flow.id().isBlank()) {
            findings.warning(
                    flow.body(),
                    "this " + flow.kind() + " has no id: metrics, logs and tools would name it route1 or so");
            return;
        }
        Part before = flowIds.putIfAbsent(flow.id(), id);
        if (before != null) {
            findings.error(
                    id,
                    "the id \"" + flow.id() + "\" is taken: " + before.file().path() + ":" + before.line()
                            + "; give one of them another");
        }
    }

    private void description(Flow flow) {
        Part described = flow.isTemplate() ? flow.route() : flow.body();
        if (described.text("description").isBlank()) {
            findings.warning(
                    flow.body(),
                    (flow.id().isBlank() ? "this " + flow.kind() : "\"" + flow.id() + "\"")
                            + " has no description: say in a sentence what it does");
        }
    }

    private void step(Step step, String prefix) {
        uri(Endpoint.of(step.body()));
        String id = step.id();
        if (id.isBlank() && steps.contains(step.kind()) && !QUICK.contains(step.kind())) {
            findings.warning(
                    step.body(), "this \"" + step.kind() + "\" has no id: it could not be timed or told from others");
        }
        taken(step.body(), id, prefix);
        for (Step.Branch branch : step.branches()) {
            if (!branch.name().isEmpty()) {
                taken(branch.holder(), branch.holder().text("id"), prefix);
            }
            branch.steps().forEach(inner -> step(inner, prefix));
        }
    }

    private void taken(Part holder, String id, String prefix) {
        if (id.isBlank()) {
            return;
        }
        Part before = stepIds.putIfAbsent(prefix + id, holder.member("id"));
        if (before != null) {
            findings.error(
                    holder.member("id"),
                    "the id \"" + prefix + id + "\" of this step is taken: "
                            + before.file().path() + ":" + before.line()
                            + "; give one of them another, or their routes a nodePrefixId each");
        }
    }

    private void uri(Endpoint endpoint) {
        String text = endpoint.part().text();
        if (endpoint.part().name().equals("uri") && !endpoint.isDynamic() && text.contains("?")) {
            findings.warning(
                    endpoint.part(),
                    "options in the URI are the compact form: write them under \"parameters:\" beside \"uri:\"");
        }
    }
}
