package org.qkdmesh.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command as a user runs it, with seeds that stay the same. */
@Tag("faults")
class TortureIT {

    private static final int PORT_OFFSET = 23_000;
    private static final int SECONDS = 20;
    private static final long PATIENCE_SECONDS = 300;

    @TempDir
    private Path folder;

    @Test
    void everyPromiseHolds_whateverBreaks() throws Exception {
        JsonNode figures = torture(run -> kills(run) >= 2, "--net", "diamond", "--seed", "16");

        assertThat(kills(figures)).isGreaterThanOrEqualTo(2);
        assertThat(figures.path("keys_given").asInt()).isGreaterThan(SECONDS * 5);
    }

    /** What was answered is there, and what was fetched stays fetched, though disks forget what was not synced. */
    @Test
    void everyPromiseHolds_whenNodesAreKilledAndThePowerIsCut() throws Exception {
        JsonNode figures = torture(
                run -> kills(run) >= 2 && (powerCuts(run) >= 3 || !leftOut(run).isEmpty()),
                "--net",
                "ring-of-five",
                "--faults",
                "KILL,POWER_CUT",
                "--seed",
                "3");

        assertThat(kills(figures)).isGreaterThanOrEqualTo(2);
        assertThat(figures.path("keys_given").asInt()).isGreaterThan(SECONDS * 5);
        assumeTrue(leftOut(figures).isEmpty(), leftOut(figures)::toString);
        assertThat(powerCuts(figures)).isGreaterThanOrEqualTo(3);
    }

    private static int kills(JsonNode figures) {
        return figures.path("kills").asInt();
    }

    private static JsonNode leftOut(JsonNode figures) {
        return figures.path("left_out");
    }

    private static int powerCuts(JsonNode figures) {
        return figures.path("faults_by_kind").path("POWER_CUT").asInt();
    }

    /** Once more, and for twice as long, where the machine is too slow for enough of it in this time. */
    private JsonNode torture(Predicate<JsonNode> enough, String... arguments) throws Exception {
        JsonNode figures = torture(SECONDS, arguments);
        return enough.test(figures) ? figures : torture(2 * SECONDS, arguments);
    }

    private JsonNode torture(int seconds, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("./qkd-mesh", "torture"));
        command.addAll(List.of(arguments));
        command.addAll(List.of("--seconds", "" + seconds, "--json", "--port-offset", "" + PORT_OFFSET));
        Path result = folder.resolve("result.json");
        Path progress = folder.resolve("progress.log");
        Process torture = new ProcessBuilder(command)
                .redirectOutput(result.toFile())
                .redirectError(progress.toFile())
                .start();
        boolean ended = torture.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
        torture.destroy();
        String said = Files.readString(progress) + Files.readString(result);
        assertThat(ended).as(said).isTrue();
        assertThat(torture.exitValue()).as(said).isZero();
        return new ObjectMapper().readTree(result.toFile());
    }
}
