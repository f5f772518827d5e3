package org.qkdmesh.routefiles;

import java.util.ArrayList;
import java.util.List;

/**
 * One step of a route.
 *
 * @param kind the name of Camel's pattern, as in {@code process} or {@code choice}
 * @param body a text in the compact form
 */
record Step(String kind, Part body) {

    /**
     * Steps inside a step.
     *
     * @param name under which they stand, as in {@code when} or {@code otherwise}; empty for those of the step itself
     */
    record Branch(String name, Part holder, List<Step> steps) {}

    static List<Step> list(Part steps) {
        List<Step> list = new ArrayList<>();
        for (Part entry : steps.entries()) {
            entry.members().forEach(member -> list.add(new Step(member.name(), member)));
        }
        return list;
    }

    String id() {
        return body.text("id");
    }

    List<Branch> branches() {
        List<Branch> branches = new ArrayList<>();
        if (body.member("steps").exists()) {
            branches.add(branch("", body));
        }
        for (Part member : body.members()) {
            if (member.member("steps").exists()) {
                branches.add(branch(member.name(), member));
            }
            for (Part entry : member.entries()) {
                if (!member.name().equals("steps") && entry.member("steps").exists()) {
                    branches.add(branch(member.name(), entry));
                }
            }
        }
        return branches;
    }

    private static Branch branch(String name, Part holder) {
        return new Branch(name, holder, list(holder.member("steps")));
    }

    /** The text of its expression, whatever the language. */
    String expression() {
        return Expression.of(body).text();
    }
}
