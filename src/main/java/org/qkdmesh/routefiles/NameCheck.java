package org.qkdmesh.routefiles;

import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.qkdmesh.model.NearestName;

/** Every name in the route files stands for something: beans, routes, error policies, placeholders, components, classes. */
final class NameCheck {

    private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{(\\??)([^{}:]*)(:[^{}]*)?}}");

    /** Members of steps that hold the name of a bean, besides all that are called {@code ref} or end in {@code Ref}. */
    private static final Set<String> BEAN_MEMBERS = Set.of(
            "aggregationStrategy",
            "aggregationRepository",
            "idempotentRepository",
            "executorService",
            "timeoutExecutorService",
            "onPrepare",
            "comparator");

    /** Placeholders that Camel looks up elsewhere: {@code {{env:HOME}}} and the like. */
    private static final Set<String> SOURCES = Set.of("env", "sys", "service", "service.name", "service.port", "bean");

    private static final Set<String> ENDPOINT_STEPS = Set.of("to", "toD", "wireTap", "poll");

    private final List<RouteFile> files;
    private final RouteContract contract;
    private final Components components;
    private final ClassLoader loader;
    private final Findings findings;

    private final Set<String> beans;
    private final Set<String> ownBeans = new HashSet<>();
    private final Set<String> inputs = new TreeSet<>();
    private final Set<String> configurations = new TreeSet<>();
    private final Set<String> templates = new TreeSet<>();

    NameCheck(List<RouteFile> files, RouteContract contract, ClassLoader loader, Findings findings) {
        this.files = files;
        this.contract = contract;
        this.components = new Components(loader);
        this.loader = loader;
        this.findings = findings;
        inputs.addAll(contract.inputs());
        for (RouteFile file : files) {
            file.flows().forEach(this::declare);
        }
        beans = new TreeSet<>(contract.beans());
        beans.addAll(ownBeans);
    }

    private void declare(Flow flow) {
        if (flow.kind().equals("beans")) {
            flow.body().entries().forEach(bean -> ownBeans.add(bean.text("name")));
        }
        flow.body().member("beans").entries().forEach(bean -> ownBeans.add(bean.text("name")));
        if (flow.isConfiguration()) {
            configurations.add(flow.id());
        }
        if (flow.isTemplate()) {
            templates.add(flow.id());
        }
        if (flow.hasSteps() && flow.input().isRoute()) {
            inputs.add(flow.input().uri());
        }
    }

    void check() {
        for (RouteFile file : files) {
            file.flows().forEach(this::flow);
        }
    }

    /** What the program calls, and no route offers. */
    List<String> missing() {
        Stream<String> routes = contract.called().stream()
                .filter(uri -> !isInput(uri))
                .map(uri -> "no route begins with \"" + uri + "\", which the program itself sends to"
                        + similar(uri, inputs));
        Stream<String> absent = contract.templates().stream()
                .filter(id -> !templates.contains(id))
                .map(id -> "there is no routeTemplate with the id \"" + id + "\", which the program makes routes of"
                        + similar(id, templates));
        return Stream.concat(routes, absent).sorted().toList();
    }

    private boolean isInput(String uri) {
        return inputs.contains(uri) || inputs.contains(RouteContract.ANY_INPUT);
    }

    private static String similar(String wanted, Collection<String> names) {
        return NearestName.of(wanted, names)
                .map(name -> "; there is \"" + name + "\"")
                .orElse("");
    }

    private void flow(Flow flow) {
        Set<String> parameters = flow.body().member("parameters").entries().stream()
                .map(parameter -> parameter.text("name"))
                .collect(Collectors.toSet());
        flow.body().eachText(text -> placeholders(text, flow.isTemplate() ? parameters : Set.of()));
        flow.body().each(this::part);
        if (flow.hasSteps()) {
            endpoint(flow.input(), false);
            configuration(flow);
        }
    }

    private void part(Part part) {
        String name = part.name();
        if (part.node().isTextual() && (name.equals("ref") || name.endsWith("Ref") || BEAN_MEMBERS.contains(name))) {
            bean(part, part.text());
        }
        if (name.equals("exception")) {
            part.entries().forEach(this::type);
        }
        if (name.equals("exceptionType") || name.equals("beanType")) {
            type(part);
        }
        if (name.equals("parameters")) {
            part.members().forEach(this::option);
        }
        if (ENDPOINT_STEPS.contains(name)) {
            endpoint(Endpoint.of(part), true);
        }
        if (name.equals("enrich") || name.equals("pollEnrich") || name.equals("recipientList")) {
            Expression where = Expression.of(part);
            if (where.language().equals("constant") || !where.text().contains("${")) {
                for (String uri : where.text().split(",")) {
                    endpoint(Endpoint.of(where.part()).at(uri.strip()), true);
                }
            }
        }
        if (name.equals("deadLetterUri")) {
            endpoint(Endpoint.of(part), true);
        }
        if (name.equals("setProperty") && part.text("name").equals("planner")) {
            planner(Expression.of(part));
        }
        if (name.equals("beans")) {
            part.entries().forEach(bean -> type(bean.member("type")));
        }
    }

    private void bean(Part part, String written) {
        String name = written.startsWith("#bean:") ? written.substring(6) : written.replaceFirst("^#", "");
        boolean elsewhere = name.contains("{{") || name.contains("${") || name.startsWith("type:");
        if (name.startsWith("class:")) {
            type(part, name.substring(6).replaceFirst("[(#].*", ""));
        } else if (!elsewhere
                && !beans.contains(name)
                && contract.perPeer().stream().noneMatch(name::startsWith)) {
            findings.error(
                    part,
                    "unknown bean \"" + name + "\""
                            + advice(name, beans, "; declare it under \"- beans:\" in a route file"));
        }
    }

    private void option(Part option) {
        String value = option.text();
        boolean bean = value.startsWith("#bean:")
                || value.startsWith("#class:")
                || value.startsWith("#") && !value.startsWith("##") && value.matches("#[\\w.-]+");
        if (bean) {
            bean(option, value);
        }
    }

    private void type(Part part) {
        if (part.exists()) {
            type(part, part.text().replaceFirst("^#class:", "").replaceFirst("[(].*", ""));
        }
    }

    private void type(Part part, String name) {
        if (name.isEmpty() || name.contains("{{") || name.startsWith("#")) {
            return;
        }
        try {
            Class.forName(name, false, loader);
        } catch (ClassNotFoundException | LinkageError e) {
            findings.error(
                    part,
                    "there is no class \"" + name
                            + "\": write its full name, and put its jar into lib/ beside the routes");
        }
    }

    private void planner(Expression name) {
        boolean known = contract.planners().contains(name.text()) || ownBeans.contains(name.text());
        if (name.language().equals("constant") && !known && !name.text().contains("{{")) {
            findings.error(
                    name.part(),
                    "unknown planner \"" + name.text() + "\"" + advice(name.text(), contract.planners(), ""));
        }
    }

    private void endpoint(Endpoint endpoint, boolean sends) {
        String scheme = endpoint.scheme();
        if (scheme.isEmpty()) {
            if (endpoint.exists() && !endpoint.isDynamic() && !endpoint.uri().contains("{{")) {
                findings.error(
                        endpoint.part(),
                        "\"" + endpoint.uri()
                                + "\" is no endpoint: write the component and a colon first, as in \"direct:"
                                + endpoint.uri() + "\"");
            }
            return;
        }
        if (contract.components().contains(scheme)) {
            return;
        }
        if (!components.has(scheme)) {
            findings.error(
                    endpoint.part(),
                    "there is no Camel component \"" + scheme + "\" here"
                            + advice(scheme, components.wellKnown(), "; its jar has to be on the class path"));
            return;
        }
        components.options(scheme).ifPresent(known -> options(endpoint, known));
        if (sends && endpoint.isRoute() && !isInput(endpoint.uri())) {
            findings.error(
                    endpoint.part(),
                    "no route begins with \"" + endpoint.uri() + "\"" + advice(endpoint.uri(), inputs, ""));
        }
        if (scheme.equals("bean") || scheme.equals("ref")) {
            bean(endpoint.part(), endpoint.uri().substring(scheme.length() + 1));
        }
    }

    private void options(Endpoint endpoint, List<String> known) {
        endpoint.options().keySet().forEach(option -> {
            if (!known.contains(option) && !components.isOpen(endpoint.scheme(), option) && !option.contains("{{")) {
                findings.error(
                        endpoint.where(option),
                        "\"" + endpoint.scheme() + "\" has no option \"" + option + "\""
                                + advice(option, known, ", expected one of " + String.join(", ", known)));
            }
        });
    }

    private void configuration(Flow flow) {
        Part named = flow.route().member("routeConfigurationId");
        for (String id : named.text().split(",")) {
            boolean pattern = id.isBlank() || id.contains("*") || id.contains("{{");
            if (!pattern && !configurations.contains(id.strip())) {
                findings.error(
                        named,
                        "unknown routeConfiguration \"" + id.strip() + "\""
                                + advice(
                                        id.strip(), configurations, "; those of this directory are " + configurations));
            }
        }
    }

    private void placeholders(Part text, Set<String> parameters) {
        Matcher placeholder = PLACEHOLDER.matcher(text.text());
        while (placeholder.find()) {
            String name = placeholder.group(2).strip();
            boolean optional = !placeholder.group(1).isEmpty() || placeholder.group(3) != null;
            if (optional || parameters.contains(name) || isProperty(name) || SOURCES.contains(name)) {
                continue;
            }
            Set<String> known = new TreeSet<>(contract.properties());
            known.addAll(parameters);
            findings.error(
                    text,
                    "unknown placeholder \"{{" + name + "}}\""
                            + advice(
                                    name,
                                    known,
                                    "; set it in config/application.properties, or give a default: {{" + name
                                            + ":value}}"));
        }
    }

    private boolean isProperty(String name) {
        String variable = name.toUpperCase(Locale.ROOT).replaceAll("[.-]", "_");
        return contract.properties().contains(name)
                || System.getProperty(name) != null
                || System.getenv(name) != null
                || System.getenv(variable) != null;
    }

    private static String advice(String written, Collection<String> names, String otherwise) {
        return NearestName.of(written, names)
                .map(name -> ", did you mean \"" + name + "\"?")
                .orElse(otherwise);
    }
}
