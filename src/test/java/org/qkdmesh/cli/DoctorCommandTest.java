package org.qkdmesh.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qkdmesh.cli.certs.DemoCertificates;

class DoctorCommandTest {

    @TempDir
    private static Path directory;

    private static Path file;

    /** The example of a KME to look at, with nobody at its address. */
    @BeforeAll
    static void writeFile() throws Exception {
        Path certs = directory.resolve("certs");
        new DemoCertificates(certs).make();
        file = Files.writeString(
                directory.resolve("kme.yaml"),
                Files.readString(Path.of("config/kme-check.example.yaml"))
                        .replace("certs/", certs + "/")
                        .replace(":8030", ":1")
                        .replace(":8040", ":1"));
    }

    @Test
    void whatIsWrong_comesWithItsRemedyAndTheNextCommand() {
        CommandRun run = CommandRun.of("doctor", "--kme", file.toString());

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.out())
                .contains(
                        "KME ndk-kme-a2",
                        "[fail] nothing listens at localhost:1",
                        "$ curl -v --cacert",
                        "2 to mend [fail]");
        assertThat(run.out().lines())
                .allMatch(line -> line.length() <= 100 || line.contains("$ curl") || line.contains("/"));
    }

    @Test
    void json_isTheSameForPrograms() {
        CommandRun run = CommandRun.of("doctor", "--json", "--kme", file.toString());

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.json().path("well").booleanValue()).isFalse();
        JsonNode finding = run.json().path("checks").path(1).path("findings").path(0);
        assertThat(finding.path("level").textValue()).isEqualTo("fail");
        assertThat(finding.path("remedy").textValue()).contains("firewall");
        assertThat(finding.path("command").textValue()).startsWith("curl");
    }

    @Test
    void wrongUsage_endsWithExitCode2() {
        assertThat(CommandRun.of("doctor").code()).isEqualTo(2);
        assertThat(CommandRun.of("doctor", "--kme", "a", "--config", "b").code())
                .isEqualTo(2);
        assertThat(CommandRun.of(
                                "doctor",
                                "--config",
                                directory.resolve("none.yaml").toString())
                        .code())
                .isEqualTo(2);
    }

    @Test
    void fileOfTheOtherKind_isAnsweredWithTheRightOption() {
        CommandRun asKme = CommandRun.of("doctor", "--kme", "config/tn-1-a2b2.yaml");
        CommandRun asNode = CommandRun.of("doctor", "--config", file.toString());

        assertThat(asKme.code()).isEqualTo(2);
        assertThat(asKme.err())
                .contains(
                        "config/tn-1-a2b2.yaml is the file of a node: ./qkd-mesh doctor --config config/tn-1-a2b2.yaml")
                .doesNotContain("unknown key");
        assertThat(asNode.code()).isEqualTo(2);
        assertThat(asNode.err()).contains("./qkd-mesh doctor --kme " + file).doesNotContain("unknown key");
    }
}
