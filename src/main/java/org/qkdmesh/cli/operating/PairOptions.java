package org.qkdmesh.cli.operating;

import java.io.IOException;
import org.qkdmesh.cli.management.NodeAddress;
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

    /** These options once more, for a command that is told to be typed next. */
    String again() {
        return nodes.again() + " --from " + from + " --to " + to;
    }

    /** The node of the master. */
    NodeAddress node() throws ConfigMistakes, IOException {
        return nodes.of(sae("--from", from));
    }

    private SaeId sae(String option, String text) {
        try {
            return new SaeId(text);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), option + ": " + e.getMessage());
        }
    }
}
