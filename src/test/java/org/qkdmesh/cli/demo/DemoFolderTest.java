package org.qkdmesh.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoFolderTest {

    @TempDir
    Path data;

    @Test
    void commandsForADemoOnOtherPorts_nameItsPortsAndItsFolder() {
        DemoFolder moved = new DemoFolder(Path.of("data"), 1000);

        assertThat(moved.stopCommand()).isEqualTo("./qkd-mesh demo --stop --port-offset 1000");
        assertThat(moved.statusCommand()).isEqualTo("./qkd-mesh status --config data/demo-1000");
    }

    @Test
    void commandsForTheUsualDemo_needNoOption() {
        DemoFolder usual = new DemoFolder(Path.of("data"), 0);

        assertThat(usual.stopCommand()).isEqualTo("./qkd-mesh demo --stop");
        assertThat(usual.statusCommand()).isEqualTo("./qkd-mesh status");
    }

    @Test
    void running_findsDemosOnOtherPorts_andNoneWhoseProcessesHaveEnded() throws IOException {
        writeProcess("demo-1000", ProcessHandle.current());
        Files.createDirectories(data.resolve("demo-2000"));
        Files.writeString(data.resolve("demo-2000/processes"), "tn-1-a2b2 1 0\n");
        Files.createDirectories(data.resolve("tn-1-a2b2"));

        assertThat(DemoFolder.running(data)).containsExactly(new DemoFolder(data, 1000));
    }

    @Test
    void running_withoutADataDirectory_findsNone() throws IOException {
        assertThat(DemoFolder.running(data.resolve("none"))).isEmpty();
    }

    private void writeProcess(String demo, ProcessHandle process) throws IOException {
        Path folder = Files.createDirectories(data.resolve(demo));
        long start = process.info().startInstant().orElseThrow().toEpochMilli();
        Files.writeString(folder.resolve("processes"), "tn-1-a2b2 " + process.pid() + " " + start + "\n");
    }
}
