package org.qkdmesh.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xml.sax.InputSource;

class RoutesCommandTest {

    private static final Path ROUTES = Path.of("routes");
    private static final String ENC_KEYS = "sae/enc-keys.camel.yaml";

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    Path directory;

    @Test
    void check_ofTheDeliveredRoutes_findsNothing() {
        assertThat(run("routes", "check")).as(err::toString).isZero();
        assertThat(out.toString()).contains("routes: nothing is wrong");
    }

    @Test
    void check_ofABrokenCopy_tellsFileAndLine_andEndsWith1() throws IOException {
        copyRoutes();
        edit("ref: identifyMaster", "ref: identifyMastr");

        assertThat(run("routes", "check", directory.toString())).isEqualTo(1);
        assertThat(err.toString().strip())
                .isEqualTo(directory.resolve(ENC_KEYS) + ":" + lineOf("identifyMastr")
                        + ": unknown bean \"identifyMastr\", did you mean \"identifyMaster\"?");
    }

    @Test
    void check_asJson_hasFileLineAndText() throws IOException {
        copyRoutes();
        edit("uri: direct:relay-keys", "uri: direct:relay-key");

        assertThat(run("routes", "check", "--json", directory.toString())).isEqualTo(1);
        JsonNode finding = new ObjectMapper().readTree(out.toString()).get(0);
        assertThat(finding.path("severity").asText()).isEqualTo("error");
        assertThat(finding.path("file").asText()).endsWith(ENC_KEYS);
        assertThat(finding.path("line").asInt()).isEqualTo(lineOf("uri: direct:relay-key"));
        assertThat(finding.path("text").asText()).contains("did you mean \"direct:relay-keys\"?");
    }

    @Test
    void node_withBrokenRoutes_saysTheSame_andEndsWith2() throws IOException {
        copyRoutes();
        edit("uri: direct:relay-keys", "uri: direct:relay-key");
        edit("            id: read-key-request\n", "");
        new org.qkdmesh.cli.certs.DemoCertificates(directory.resolve("certs")).make();
        Path config = Files.writeString(
                directory.resolve("node.yaml"),
                Files.readString(Path.of("config", "tn-1-a2b2.yaml")).replace("certs/", directory + "/certs/"));

        assertThat(run("node", "--config", config.toString(), "--routes", directory.toString()))
                .isEqualTo(2);
        assertThat(err.toString().strip())
                .isEqualTo(directory.resolve(ENC_KEYS) + ":" + lineOf("uri: direct:relay-key")
                        + ": no route begins with \"direct:relay-key\", did you mean \"direct:relay-keys\"?");
    }

    @Test
    void check_ofNoDirectory_endsWith2() {
        assertThat(run("routes", "check", "nowhere")).isEqualTo(2);
        assertThat(err.toString()).contains("there is no directory").contains("nowhere");
    }

    @Test
    void list_hasEachRoute_withItsBeginningAndItsFile() throws IOException {
        assertThat(run("routes", "list")).isZero();
        assertThat(out.toString())
                .containsPattern("enc-keys +platform-http:/api/v1/keys/\\{slave_SAE_ID}/enc_keys")
                .contains(ENC_KEYS, "Gives a master SAE fresh keys");
    }

    @Test
    void list_asJson_isAnArray() throws IOException {
        assertThat(run("routes", "list", "--json")).isZero();
        assertThat(new ObjectMapper().readTree(out.toString()))
                .anySatisfy(route -> assertThat(route.path("id").asText()).isEqualTo("next-hop"));
    }

    @Test
    void show_isATreeWithIdsAndWhatTheyDo() {
        assertThat(run("routes", "show", "enc-keys")).isZero();
        assertThat(out.toString())
                .containsPattern("├─ process +identify-sae +identifyMaster")
                .containsPattern("│  └─ otherwise +slave-is-elsewhere")
                .containsPattern("└─ to +to-relay-keys +direct:relay-keys");
    }

    @Test
    void show_asSvg_isAPictureWithEveryStep() throws Exception {
        Path svg = directory.resolve("enc-keys.svg");
        assertThat(run("routes", "show", "enc-keys", "--svg=" + svg)).isZero();
        DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(Files.readString(svg))));
        assertThat(Files.readString(svg)).contains("identify-sae", "write-key-container", "process  identifyMaster");
    }

    @Test
    void show_ofNoRoute_namesTheNearest_andEndsWith2() {
        assertThat(run("routes", "show", "enc-kys")).isEqualTo(2);
        assertThat(err.toString()).contains("there is no route \"enc-kys\", did you mean \"enc-keys\"?");
    }

    private void copyRoutes() throws IOException {
        try (Stream<Path> files = Files.walk(ROUTES)) {
            for (Path file : files.toList()) {
                Path copy = directory.resolve(ROUTES.relativize(file));
                if (Files.isDirectory(file)) {
                    Files.createDirectories(copy);
                } else {
                    Files.copy(file, copy);
                }
            }
        }
    }

    private void edit(String from, String to) throws IOException {
        Path file = directory.resolve(ENC_KEYS);
        String text = Files.readString(file);
        assertThat(text).contains(from);
        Files.writeString(file, text.replaceFirst(java.util.regex.Pattern.quote(from), to));
    }

    private int lineOf(String text) throws IOException {
        String[] lines = Files.readString(directory.resolve(ENC_KEYS)).split("\n");
        for (int i = 0; i < lines.length; i++) {
            if (lines[i].contains(text)) {
                return i + 1;
            }
        }
        throw new AssertionError(text);
    }

    private int run(String... arguments) {
        return QkdMesh.commandLine(arguments)
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }
}
