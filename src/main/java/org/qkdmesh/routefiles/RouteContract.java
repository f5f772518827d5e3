package org.qkdmesh.routefiles;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * What a program has for its routes, and what it needs of them.
 *
 * @param beans names that routes may use
 * @param perPeer beginnings of bean names of which there is one for each neighbour or KME
 * @param components of Camel's kind that the program brings along itself
 * @param planners those of the beans that the exchange property {@code planner} may name
 * @param keySteps what steps do with keys, by bean name
 * @param keyProperties exchange properties that hold keys
 * @param inputs endpoints that routes in Java begin with; {@link #ANY_INPUT} among them where they can not be known
 * @param called endpoints that the program itself sends to, where {@code {{name}}} stands for one of several
 * @param templates route templates that it makes routes of
 * @param properties names that may stand in {@code {{...}}}
 */
public record RouteContract(
        Set<String> beans,
        Set<String> perPeer,
        Set<String> components,
        Set<String> planners,
        Map<String, KeyEffect> keySteps,
        Set<String> keyProperties,
        Set<String> inputs,
        Set<String> called,
        Set<String> templates,
        Set<String> properties) {

    /** Stands for whatever a route may begin with. */
    public static final String ANY_INPUT = "*";

    /** What a step does with keys. */
    public enum KeyEffect {
        /** The exchange property holds keys afterwards. */
        PROPERTY_HOLDS_KEYS,
        /** The body holds keys afterwards. */
        BODY_HOLDS_KEYS,
        /** What the next endpoint answers holds keys. */
        ANSWER_HOLDS_KEYS
    }

    public RouteContract {
        beans = Set.copyOf(beans);
        perPeer = Set.copyOf(perPeer);
        components = Set.copyOf(components);
        planners = Set.copyOf(planners);
        keySteps = Map.copyOf(keySteps);
        keyProperties = Set.copyOf(keyProperties);
        inputs = Set.copyOf(inputs);
        called = Set.copyOf(called);
        templates = Set.copyOf(templates);
        properties = Set.copyOf(properties);
    }

    /** The same with more names for placeholders. */
    public RouteContract withProperties(Set<String> more) {
        Set<String> all = new HashSet<>(properties);
        all.addAll(more);
        return new RouteContract(
                beans, perPeer, components, planners, keySteps, keyProperties, inputs, called, templates, all);
    }

    /** The same with routes in Java, which begin with these endpoints. */
    public RouteContract withInputs(Set<String> more) {
        Set<String> all = new HashSet<>(inputs);
        all.addAll(more);
        return new RouteContract(
                beans, perPeer, components, planners, keySteps, keyProperties, all, called, templates, properties);
    }
}
