package org.qkdmesh.cli;

import java.io.PrintWriter;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code qkd-mesh completion}. */
@Command(
        name = "completion",
        mixinStandardHelpOptions = true,
        description = {
            "Prints a script by which bash and zsh complete commands and options when you press Tab.",
            "Load it in the shell at hand as below, or from ~/.bashrc or ~/.zshrc for good."
        },
        footer = {
            "",
            "Examples:",
            "  source <(./qkd-mesh completion)",
            "  ./qkd-mesh completion >~/.local/share/bash-completion/completions/qkd-mesh"
        })
final class CompletionCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        CommandLine all = QkdMesh.commandLine();
        PrintWriter out = spec.commandLine().getOut();
        out.print(AutoComplete.bash(all.getCommandName(), all));
        out.flush();
    }
}
