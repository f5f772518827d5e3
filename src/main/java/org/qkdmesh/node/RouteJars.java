package org.qkdmesh.node;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.model.Model;
import org.apache.camel.model.RouteDefinition;
import org.qkdmesh.routefiles.RouteContract;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An integrator's own code: the jars in {@code lib/} beside the route files. YAML finds their classes by name, for
 * {@code beans:}; route builders are found by {@link ServiceLoader}, and a route of theirs takes the place of a YAML route
 * of the same id.
 */
final class RouteJars implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(RouteJars.class);

    private final List<Path> jars;
    private final URLClassLoader loader;

    private RouteJars(List<Path> jars) {
        this.jars = jars;
        this.loader = new JarLoader(jars.stream().map(RouteJars::url).toArray(URL[]::new));
    }

    /**
     * Opens what the program itself has by the program's own loader: the JDK's would close those jars with this loader,
     * and whoever reads from them at that moment would fail.
     */
    private static final class JarLoader extends URLClassLoader {

        JarLoader(URL[] jars) {
            super("routes", jars, RouteJars.class.getClassLoader());
        }

        @Override
        public InputStream getResourceAsStream(String name) {
            InputStream ofProgram = getParent().getResourceAsStream(name);
            URL own = ofProgram == null ? findResource(name) : null;
            if (own == null) {
                return ofProgram;
            }
            try {
                URLConnection jar = own.openConnection();
                jar.setUseCaches(false);
                return jar.getInputStream();
            } catch (IOException e) {
                return null;
            }
        }
    }

    /** @param routes directory with the route files; it need not have a {@code lib} */
    static RouteJars beside(Path routes) {
        Path lib = routes.resolve("lib");
        if (!Files.isDirectory(lib)) {
            return new RouteJars(List.of());
        }
        try (Stream<Path> files = Files.list(lib)) {
            return new RouteJars(files.filter(file -> file.toString().endsWith(".jar"))
                    .map(Path::toAbsolutePath)
                    .sorted()
                    .toList());
        } catch (IOException e) {
            throw new UncheckedIOException("the jars in " + lib + " can not be read", e);
        }
    }

    private static URL url(Path jar) {
        try {
            return jar.toUri().toURL();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Knows the classes of the jars, and all of the program. */
    ClassLoader loader() {
        return loader;
    }

    /**
     * Adds the routes of the jars' builders; to be called when all others are there and none runs yet.
     *
     * @throws IllegalStateException when a jar names a builder that can not be made
     */
    void addRoutes(CamelContext context) throws Exception {
        for (RoutesBuilder builder : builders()) {
            Set<RouteDefinition> before = new HashSet<>(definitions(context));
            Set<String> ids = before.stream().map(RouteDefinition::getRouteId).collect(Collectors.toSet());
            context.addRoutes(builder);
            for (RouteDefinition route : definitions(context)) {
                if (!before.contains(route)) {
                    LOG.info(
                            "route {} {} {} in {}",
                            route.getRouteId(),
                            ids.contains(route.getRouteId()) ? "is replaced by that of" : "is added by",
                            builder.getClass().getName(),
                            jarOf(builder));
                }
            }
        }
    }

    /** What the builders' routes begin with, for a check that runs nothing; {@link RouteContract#ANY_INPUT} if one can not tell. */
    Set<String> inputs() {
        Set<String> inputs = new HashSet<>();
        for (RoutesBuilder builder : builders()) {
            // Neither built further nor started: there is nothing to close.
            CamelContext nowhere = new DefaultCamelContext(false);
            try {
                nowhere.addRoutes(builder);
                definitions(nowhere)
                        .forEach(route -> inputs.add(route.getInput().getEndpointUri()));
            } catch (Exception e) {
                LOG.debug("{} does not say what its routes begin with", builder, e);
                inputs.add(RouteContract.ANY_INPUT);
            }
        }
        return inputs;
    }

    private List<RoutesBuilder> builders() {
        try {
            return ServiceLoader.load(RoutesBuilder.class, loader).stream()
                    .map(ServiceLoader.Provider::get)
                    .toList();
        } catch (ServiceConfigurationError e) {
            throw new IllegalStateException("a route builder of " + jars + " can not be used: " + e.getMessage(), e);
        }
    }

    private static List<RouteDefinition> definitions(CamelContext context) {
        return List.copyOf(
                context.getCamelContextExtension().getContextPlugin(Model.class).getRouteDefinitions());
    }

    private static Path jarOf(RoutesBuilder builder) {
        return Path.of(builder.getClass()
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .getPath())
                .getFileName();
    }

    @Override
    public void close() {
        try {
            loader.close();
        } catch (IOException e) {
            LOG.debug("a jar could not be closed", e);
        }
    }
}
