package org.qkdmesh.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Where a node's configuration comes from, also while the node runs.
 *
 * @param environment variables that replace single values, as for {@link NodeConfigReader#read}
 */
public record NodeConfigFile(Path file, Map<String, String> environment, CertificateRules certificates) {

    public NodeConfigFile {
        environment = Map.copyOf(environment);
    }

    /** @throws ConfigMistakes all that is wrong, at once */
    public NodeConfig read() throws ConfigMistakes {
        return NodeConfigReader.read(file, environment, certificates);
    }

    /**
     * Reads what a running node shall go on with.
     *
     * @throws ConfigMistakes all that is wrong, or all that can not change while the node runs
     */
    public NodeConfig readAgain(NodeConfig running) throws ConfigMistakes {
        NodeConfig next = read();
        List<String> fixed = NodeConfigChanges.needingRestart(running, next);
        if (!fixed.isEmpty()) {
            ConfigFile config = ConfigFile.read(file, environment, new ConfigSchema(NodeConfigReader.SCHEMA));
            throw new ConfigMistakes(fixed.stream()
                    .map(key ->
                            config.mistakeAt(key, "this has changed since the node was started: it needs a restart"))
                    .toList());
        }
        return next;
    }
}
