package org.qkdmesh.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import java.util.Set;

/** Camel's own settings: the file beside the routes where there is one, else as they were delivered. */
public final class CamelSettings {

    private static final Path FILE = Path.of("config", "application.properties");
    private static final String DELIVERED = "org/qkdmesh/config/application.properties";

    private CamelSettings() {}

    /** Where Camel finds them. */
    public static String location() {
        return Files.exists(FILE) ? "file:" + FILE : "classpath:" + DELIVERED;
    }

    /** The names of all that are set. */
    public static Set<String> names() throws IOException {
        Properties settings = new Properties();
        try (InputStream in = Files.exists(FILE)
                ? Files.newInputStream(FILE)
                : CamelSettings.class.getResourceAsStream("/" + DELIVERED)) {
            settings.load(in);
        }
        return settings.stringPropertyNames();
    }
}
