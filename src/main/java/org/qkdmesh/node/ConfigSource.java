package org.qkdmesh.node;

import java.util.List;
import org.qkdmesh.config.ConfigMistakes;
import org.qkdmesh.config.Mistake;
import org.qkdmesh.config.NodeConfig;

/** Where a running node reads its configuration again. */
@FunctionalInterface
public interface ConfigSource {

    /** For a node that was given its configuration by a program. */
    ConfigSource NONE = running -> {
        throw new ConfigMistakes(List.of(new Mistake("this node", "", "it was started without a file to read again")));
    };

    /**
     * @param running what the node goes by now
     * @throws ConfigMistakes all that is wrong, or all that can not change while the node runs
     */
    NodeConfig readAgain(NodeConfig running) throws ConfigMistakes;
}
