package org.qkdmesh.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qkdmesh.testing.TestCertificates;

class ConfigCommandTest {

    @TempDir
    private static Path directory;

    private static Path good;
    private static Path bad;

    @BeforeAll
    static void writeFiles() throws Exception {
        new TestCertificates(directory.resolve("certs")).node("tn-2-a2b1");
        String yaml =
                Files.readString(Path.of("config/tn-2-a2b1.yaml")).replace("certs/", directory.resolve("certs") + "/");
        good = Files.writeString(directory.resolve("good.yaml"), yaml);
        bad = Files.writeString(
                directory.resolve("bad.yaml"),
                yaml.replace("neighbours:", "nieghbours:").replace("min_size: 64", "min_size: 60"));
    }

    @Test
    void goodFile_isToldToBeOne() {
        CommandRun run = CommandRun.of("config", "check", good.toString());

        assertThat(run.code()).isZero();
        assertThat(run.out()).isEqualToIgnoringNewLines(good + ": no mistake (node)");
        assertThat(run.err()).isEmpty();
    }

    @Test
    void everyMistakeOfEveryFile_hasALine() {
        Path missing = directory.resolve("god.yaml");

        CommandRun run = CommandRun.of("config", "check", good.toString(), bad.toString(), missing.toString());

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.out()).contains(good + ": no mistake");
        assertThat(run.err().lines())
                .containsExactly(
                        bad + ":8: keys.min_size: expected a multiple of 8, found 60",
                        bad + ":12: nieghbours: unknown key, did you mean \"neighbours\"?",
                        missing + ":1: no such file, did you mean " + good + "?");
    }

    @Test
    void json_hasEachMistakeWithPlaceAndKey() {
        CommandRun run = CommandRun.of("config", "check", "--json", bad.toString());

        assertThat(run.code()).isEqualTo(2);
        JsonNode file = run.json().path("files").path(0);
        assertThat(file.path("kind").textValue()).isEqualTo("node");
        assertThat(file.path("mistakes").path(1).path("where").textValue()).isEqualTo(bad + ":12");
        assertThat(file.path("mistakes").path(1).path("key").textValue()).isEqualTo("nieghbours");
    }

    @Test
    void certificateThatHasExpired_isAWarning() throws Exception {
        TestCertificates old = new TestCertificates(directory.resolve("old"));
        old.make("tn-2-a2b1", "tn-2-a2b1")
                .uri("urn:qkd-mesh:node:tn-2-a2b1")
                .expired()
                .write();
        Path file = Files.writeString(
                directory.resolve("expired.yaml"),
                Files.readString(good).replace(directory.resolve("certs") + "/", old.directory() + "/"));

        CommandRun run = CommandRun.of("config", "check", file.toString());

        assertThat(run.code()).isZero();
        assertThat(run.out()).startsWith(file + ": no mistake");
        assertThat(run.err().lines())
                .singleElement()
                .asString()
                .startsWith(
                        file + ": warning: " + old.certificate("tn-2-a2b1") + " (the node tn-2-a2b1) has expired, on ");
        JsonNode json =
                CommandRun.of("config", "check", "--json", file.toString()).json();
        assertThat(json.path("files").path(0).path("warnings")).hasSize(1);
    }
}
