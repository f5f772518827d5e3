package org.qkdmesh.cli.operating;

import java.io.IOException;
import org.qkdmesh.cli.management.ManagementClient;
import org.qkdmesh.cli.management.NodeOptions;
import org.qkdmesh.config.ConfigMistakes;
import org.qkdmesh.model.SaeId;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options of commands about two SAEs; the node of the first is asked. */
final class PairOptions {

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Mixin
    private NodeOptions nodes;

    @Option(
            names = "--from",
            required = true,
            paramLabel = "SAE",
            description = "The master: the SAE that asks for keys.")
    private String from;

    @Option(names = "--to", required = true, paramLabel = "SAE", description = "The slave: the SAE that fetches them.")
    private String to;

    String from() {
        return from;
    }

    String to() {
        return to;
    }

    /** The node of the master. */
    ManagementClient client() throws ConfigMistakes, IOException {
        return NodeOptions.client(nodes.of(sae("--from", from)));
    }

    private SaeId sae(String option, String text) {
        try {
            return new SaeId(text);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), option + ": " + e.getMessage());
        }
    }
}
