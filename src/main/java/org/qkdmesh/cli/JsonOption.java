package org.qkdmesh.cli;

import picocli.CommandLine.Option;

/** The option of commands whose result programs may want. */
public final class JsonOption {

    @Option(names = "--json", description = "Print the result as JSON, for programs.")
    private boolean json;

    public boolean isWanted() {
        return json;
    }
}
