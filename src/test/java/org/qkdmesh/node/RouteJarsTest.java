package org.qkdmesh.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarOutputStream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RouteJarsTest {

    /** In a jar of the program. */
    private static final String OF_PROGRAM = "META-INF/services/org/apache/camel/component/direct";

    @TempDir
    Path routes;

    @Test
    void closing_leavesTheProgramsOwnJarsOpenToOthers() throws Exception {
        RouteJars ends = RouteJars.beside(routes);
        RouteJars goesOn = RouteJars.beside(routes);
        ends.loader().getResourceAsStream(OF_PROGRAM).close();

        try (goesOn;
                InputStream reading = goesOn.loader().getResourceAsStream(OF_PROGRAM)) {
            ends.close();

            assertThat(reading.readAllBytes()).isNotEmpty();
        }
    }

    @Test
    void whatIsInAJar_isFound_andWhatIsNowhereIsNot() throws Exception {
        Path lib = Files.createDirectory(routes.resolve("lib"));
        try (JarOutputStream jar = new JarOutputStream(Files.newOutputStream(lib.resolve("own.jar")))) {
            jar.putNextEntry(new ZipEntry("own.txt"));
            jar.write(1);
        }

        try (RouteJars jars = RouteJars.beside(routes);
                InputStream own = jars.loader().getResourceAsStream("own.txt")) {
            assertThat(own.readAllBytes()).containsExactly(1);
            assertThat(jars.loader().getResourceAsStream("nobodys.txt")).isNull();
        }
    }
}
