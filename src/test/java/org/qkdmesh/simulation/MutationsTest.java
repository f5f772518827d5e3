package org.qkdmesh.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The patches that break a rule each fit the code as it is, so that the simulation can be tried against all of them. */
class MutationsTest {

    private static final Path PATCHES = Path.of("src", "test", "mutations");

    @Test
    void everyPatch_canBeApplied() throws IOException, InterruptedException {
        List<String> patches;
        try (Stream<Path> files = Files.list(PATCHES)) {
            patches = files.map(Path::toString)
                    .filter(file -> file.endsWith(".patch"))
                    .sorted()
                    .toList();
        }
        assertThat(patches).hasSizeGreaterThanOrEqualTo(16);
        for (String patch : patches) {
            Process check = new ProcessBuilder("git", "apply", "--check", patch)
                    .redirectErrorStream(true)
                    .start();
            String said = new String(check.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(check.waitFor()).as(said).isZero();
        }
    }
}
