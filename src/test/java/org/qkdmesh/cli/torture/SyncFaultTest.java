package org.qkdmesh.cli.torture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class SyncFaultTest {

    @Test
    void close_endsATracerThatDoesNotEndWhenItIsAsked() throws IOException {
        Process deaf = new ProcessBuilder("sh", "-c", "trap '' TERM; echo; while true; do sleep 1; done").start();
        assertThat(deaf.getInputStream().read()).as("it is deaf by now").isEqualTo('\n');
        new SyncFault(deaf, 1).close();
        assertThat(deaf.isAlive()).isFalse();
    }
}
