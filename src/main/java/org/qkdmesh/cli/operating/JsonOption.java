package org.qkdmesh.cli.operating;

import picocli.CommandLine.Option;

/** The option of commands whose output programs may want. */
final class JsonOption {

    @Option(names = "--json", description = "Print the answer of the node as JSON, for programs.")
    private boolean json;

    boolean isWanted() {
        return json;
    }
}
