package org.qkdmesh.config;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Map;

/** The kinds of configuration files that there are. */
public enum ConfigKind {
    NODE("node", NodeConfigReader.SCHEMA, NodeConfigReader::read),
    SIMULATOR("KME simulator", SimulatorConfigReader.SCHEMA, SimulatorConfigReader::read),
    KME_CHECK("KME to look at", KmeCheckConfigReader.SCHEMA, KmeCheckConfigReader::read);

    private interface Reader {
        Object read(Path file, Map<String, String> environment, CertificateRules certificates) throws ConfigMistakes;
    }

    private final String description;
    private final String schema;
    private final Reader reader;

    ConfigKind(String description, String schema, Reader reader) {
        this.description = description;
        this.schema = schema;
        this.reader = reader;
    }

    /**
     * What a file is meant to be: that of which it has most keys, whatever else is wrong in it.
     *
     * @throws ConfigMistakes when there is nothing to be read
     */
    public static ConfigKind of(Path file) throws ConfigMistakes {
        ConfigFile config = ConfigFile.read(file, Map.of(), new ConfigSchema(NODE.schema));
        // The first of those with the most, so that a file without any known key is a node's.
        return Arrays.stream(values())
                .max(Comparator.<ConfigKind>comparingLong(kind -> config.knownKeys(new ConfigSchema(kind.schema)))
                        .thenComparing(Comparator.reverseOrder()))
                .orElseThrow();
    }

    /** Whether files of any kind have this key, on the topmost level. */
    static boolean anyHas(String key) {
        return Arrays.stream(values()).anyMatch(kind -> new ConfigSchema(kind.schema).has(key));
    }

    /**
     * Looks for every mistake in a file of this kind.
     *
     * @param environment variables that replace single values, as for {@link NodeConfigReader#read}
     * @throws ConfigMistakes all that is wrong, at once
     */
    public void check(Path file, Map<String, String> environment, CertificateRules certificates) throws ConfigMistakes {
        reader.read(file, environment, certificates);
    }

    @Override
    public String toString() {
        return description;
    }
}
