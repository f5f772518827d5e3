package org.qkdmesh.cli.torture;

import java.io.IOException;

/** Programs of this machine, of which one cannot say beforehand whether they are there and may do what they are to do. */
public final class Programs {

    private Programs() {}

    /**
     * Runs one to its end; what it says is thrown away.
     *
     * @return whether it is there, and ended well
     */
    public static boolean succeeds(String... command) {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.onExit().join().exitValue() == 0;
        } catch (IOException e) {
            return false;
        }
    }
}
