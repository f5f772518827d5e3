package org.qkdmesh.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ExampleProjectTest {

    private static final String EDIT = """
                    - bean:
                        id: note-delivery
                        ref: deliveries
                        method: note
            """;

    @Test
    void editedRoute_isTheOneThatIsDelivered_butForTheEdit() throws IOException {
        Path file = Path.of("sae", "dec-keys.camel.yaml");
        String edited =
                Files.readString(Path.of("examples", "route-project", "routes").resolve(file));
        assertThat(edited).contains(EDIT);
        assertThat(edited.replace(EDIT, ""))
                .isEqualTo(Files.readString(Path.of("routes").resolve(file)));
    }
}
