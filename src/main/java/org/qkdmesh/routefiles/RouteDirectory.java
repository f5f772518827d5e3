package org.qkdmesh.routefiles;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.qkdmesh.routefiles.Finding.Severity;

/** The route files of a directory and of those below it. */
public final class RouteDirectory {

    /** The part of a directory that is for the KME simulator, and no node's. */
    public static final String SIMULATOR = "simulator";

    private final Path directory;
    private final List<RouteFile> files = new ArrayList<>();
    private final Findings findings = new Findings();

    private RouteDirectory(Path directory) {
        this.directory = directory;
    }

    /**
     * Reads all files {@code *.camel.yaml} that are for nodes.
     *
     * @throws NotDirectoryException when there is no such directory
     */
    public static RouteDirectory node(Path directory) throws IOException {
        Path apart = directory.resolve(SIMULATOR);
        return read(directory, file -> !file.startsWith(apart));
    }

    /**
     * Reads all files {@code *.camel.yaml} that are for the KME simulator.
     *
     * @param directory most often {@link #SIMULATOR} in that of the nodes
     * @throws NotDirectoryException when there is no such directory
     */
    public static RouteDirectory simulator(Path directory) throws IOException {
        return read(directory, file -> true);
    }

    private static RouteDirectory read(Path directory, Predicate<Path> isMeant) throws IOException {
        if (!Files.isDirectory(directory)) {
            throw new NotDirectoryException(directory.toString());
        }
        RouteDirectory read = new RouteDirectory(directory);
        below(directory).stream().filter(isMeant).forEach(read::add);
        return read;
    }

    /** Regular files whose name ends as one of YAML does, in the order of their names. */
    static List<Path> below(Path directory) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            return all.filter(Files::isRegularFile)
                    .filter(file -> file.toString().matches(".*[.]ya?ml"))
                    .sorted()
                    .toList();
        }
    }

    private void add(Path file) {
        if (file.toString().endsWith(RouteFile.ENDING)) {
            files.add(RouteFile.read(file, findings));
        } else {
            findings.add(new Finding(
                    Severity.WARNING,
                    file,
                    1,
                    "this file is not read: the name of a route file ends in " + RouteFile.ENDING));
        }
    }

    /**
     * Everything that is wrong with the files, in the order of files and lines.
     *
     * @param contract of the program that is to run them
     * @param loader finds classes and Camel's components
     */
    public List<Finding> check(RouteContract contract, ClassLoader loader) {
        CamelSchema schema = new CamelSchema(findings);
        files.forEach(schema::check);
        new StyleCheck(schema.steps(), findings).check(files);
        new SimpleCheck(findings, loader).check(files);
        NameCheck names = new NameCheck(files, contract, loader, findings);
        names.check();
        names.missing().forEach(text -> findings.add(new Finding(Severity.ERROR, directory, 1, text)));
        new KeyLeakCheck(files, contract, findings).check();
        return findings.sorted();
    }

    /** How many files were read. */
    public int size() {
        return files.size();
    }

    /** Routes, templates and error policies, in the order of files and lines. */
    public List<RouteSummary> list() {
        return flows().map(flow -> new RouteSummary(
                        flow.id(),
                        flow.kind(),
                        flow.hasSteps() ? flow.input().uri() : "",
                        flow.description(),
                        flow.body().file().path(),
                        flow.body().line()))
                .toList();
    }

    /** The tree of a route, template or error policy; empty when there is none of this id. */
    public Optional<Outline> outline(String id) {
        return flows().filter(flow -> flow.id().equals(id)).findFirst().map(Outline::of);
    }

    /**
     * An error at the place that Camel means.
     *
     * @param route its id; that of a route from a template begins with the template's
     * @param step as Camel writes it, as in {@code SetHeader[name, simple{...}]}; empty for the route as a whole
     */
    public Finding error(String route, String step, String text) {
        Optional<Flow> flow = flows().filter(one -> !one.id().isEmpty() && route.startsWith(one.id()))
                .max(Comparator.comparingInt(one -> one.id().length()));
        Optional<Part> place = flow.map(one -> place(one.steps(), step).orElse(one.body()));
        return place.map(part -> new Finding(Severity.ERROR, part.file().path(), part.line(), text))
                .orElseGet(() -> new Finding(Severity.ERROR, directory, 1, text));
    }

    /** The first step of the kind whose expression or endpoint Camel's words contain. */
    private static Optional<Part> place(List<Step> steps, String words) {
        for (Step step : steps) {
            String what = step.expression().isEmpty() ? Endpoint.of(step.body()).uri() : step.expression();
            if (!what.isEmpty()
                    && words.toLowerCase(Locale.ROOT).startsWith(step.kind().toLowerCase(Locale.ROOT) + "[")
                    && words.contains(what)) {
                return Optional.of(step.body());
            }
            for (Step.Branch branch : step.branches()) {
                Optional<Part> inside = place(branch.steps(), words);
                if (inside.isPresent()) {
                    return inside;
                }
            }
        }
        return Optional.empty();
    }

    private Stream<Flow> flows() {
        return files.stream()
                .flatMap(file -> file.flows().stream())
                .filter(flow -> flow.isRoute() || flow.isTemplate() || flow.isConfiguration() || flow.hasSteps());
    }
}
