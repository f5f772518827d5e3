package org.qkdmesh.routefiles;

import java.util.List;
import java.util.Set;

/**
 * What a step computes.
 *
 * @param language empty when there is none
 * @param part where it stands
 */
record Expression(String language, String text, Part part) {

    /** Those that are used directly in a step when somebody writes the short form. */
    private static final Set<String> SHORT = Set.of(
            "simple", "constant", "exchangeProperty", "header", "variable", "method", "groovy", "jq", "jsonpath");

    /** Of a step that has one: in its long form, or in the short one. */
    static Expression of(Part holder) {
        Part under = holder.member("expression");
        if (under.exists() && !under.node().isObject()) {
            return new Expression("", under.text(), under);
        }
        List<Part> members = (under.exists() ? under : holder).members();
        for (Part language : members) {
            if (under.exists() || SHORT.contains(language.name())) {
                Part text = language.node().isObject() ? language.member("expression") : language;
                return new Expression(language.name(), text.text(), text.exists() ? text : language);
            }
        }
        return new Expression("", "", holder);
    }
}
