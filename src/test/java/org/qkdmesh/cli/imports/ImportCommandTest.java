package org.qkdmesh.cli.imports;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qkdmesh.cli.certs.DemoCertificates;
import picocli.CommandLine;

class ImportCommandTest {

    private static final Map<String, Integer> PORTS = Map.of(
            "tn-1-a2b2",
            9000,
            "tn-2-a2b1",
            9010,
            "tn-3-a1b3",
            9020,
            "tn-4-a3b3",
            9030,
            "ndk-kme-a1",
            8010,
            "ndk-kme-b1",
            8020,
            "ndk-kme-a2",
            8030,
            "ndk-kme-b2",
            8040,
            "ndk-kme-a3",
            8050,
            "ndk-kme-b3",
            8060);

    @TempDir
    private Path folder;

    private Path out;
    private Path[] settings;
    private String said;
    private String complained;

    @BeforeEach
    void write() throws IOException {
        out = folder.resolve("config");
        settings = OldSettings.write(folder, new HashMap<>(PORTS));
    }

    private int run(Object... arguments) {
        StringWriter toOut = new StringWriter();
        StringWriter toErr = new StringWriter();
        List<String> words = new ArrayList<>(List.of("--out", out.toString()));
        for (Object argument : arguments) {
            words.add(argument.toString());
        }
        int code = new CommandLine(new ImportCommand())
                .setOut(new PrintWriter(toOut, true))
                .setErr(new PrintWriter(toErr, true))
                .execute(words.toArray(String[]::new));
        said = toOut.toString();
        complained = toErr.toString();
        return code;
    }

    private void edit(int number, String from, String to) throws IOException {
        String text = Files.readString(settings[number]);
        assertThat(text).contains(from);
        Files.writeString(settings[number], text.replace(from, to));
    }

    /** Certificates that are nowhere, whatever the directory has that the test runs in. */
    private void nameNoFiles() throws IOException {
        for (int i = 0; i < settings.length; i++) {
            edit(i, "certs/", "nowhere/");
        }
    }

    @Test
    void exampleNetwork_becomesConfigurationsThatHaveNoMistake() throws IOException {
        new DemoCertificates(folder.resolve("certs")).make();
        assertThat(run((Object[]) settings)).as(said + complained).isZero();
        String yaml = Files.readString(out.resolve("tn-2-a2b1.yaml")).replace(folder + "/", "");
        assertThat(yaml).isEqualTo("""
                # Imported from settings-tn-2-a2b1.json.
                id: tn-2-a2b1
                listen: 0.0.0.0:9010                    # where its neighbours call it
                management: 127.0.0.1:9011              # health, metrics and commands
                tls: {certificate: certs/tn-2-a2b1.crt, key: certs/tn-2-a2b1.key, ca: certs/ca.crt}
                data: data/tn-2-a2b1                    # the sealed store, made at the first start
                keys: {min_size: 64, max_size: 1024, default_size: 256, max_per_request: 128, max_count: 10000}
                saes:
                  - {id: sae-c, certificate: certs/sae-c.crt}
                pairs: any                              # as before; or a list of {master: sae-a, slave: sae-b}
                neighbours:
                  - id: tn-1-a2b2
                    url: https://localhost:9000
                    kmes:
                      - id: ndk-kme-a2
                        peer: ndk-kme-b2
                        url: https://localhost:8030
                        certificate: certs/ndk-kme-a2.crt
                  - id: tn-3-a1b3
                    url: https://localhost:9020
                    kmes:
                      - id: ndk-kme-b1
                        peer: ndk-kme-a1
                        url: https://localhost:8020
                        certificate: certs/ndk-kme-b1.crt
                """);
    }

    @Test
    void whatIsNotCarriedOver_isToldWithFileLineAndKey() throws IOException {
        new DemoCertificates(folder.resolve("certs")).make();
        edit(0, "\"min_key_size\": 64,", "\"min_key_size\": 64, \"colour\": \"blue\",");
        run((Object[]) settings);
        assertThat(said)
                .contains(settings[0] + ":7: colour: left out")
                .containsPattern("settings-tn-1-a2b2.json:\\d+: attached_trusted_nodes\\[0\\].key: left out")
                .containsPattern(
                        "settings-tn-1-a2b2.json:\\d+: attached_trusted_nodes\\[0\\].cert: left out: this is the node's own")
                .contains("pairs is any");
    }

    @Test
    void filesThatAreNotThere_areToldTwice_asRemarksAndAsWhatIsToBeMended() throws IOException {
        nameNoFiles();
        assertThat(run((Object[]) settings)).isEqualTo(1);
        assertThat(said)
                .contains(settings[0] + ":4: server_cert_file: no such file")
                .contains("To be mended before a node starts:")
                .contains(out.resolve("tn-1-a2b2.yaml") + ":5: tls.certificate: no such file");
    }

    @Test
    void oneFileAlone_isEnough_whereThereIsOneNeighbour() throws IOException {
        run(settings[0]);
        assertThat(Files.readString(out.resolve("tn-1-a2b2.yaml")))
                .contains("peer: ndk-kme-a2")
                .contains("0.0.0.0:9000");
        assertThat(said).contains("id: the older form does not say where a node listens");
    }

    @Test
    void severalNeighboursInOneFileAlone_areAmbiguous_untilSomebodySaysWhoseTheKmesAre() throws IOException {
        nameNoFiles();
        assertThat(run(settings[1])).isEqualTo(2);
        assertThat(complained)
                .containsPattern(":\\d+: attached_kmes\\[0\\].linked_to: whose is ndk-kme-b2\\?")
                .contains("--kme ndk-kme-b2=tn-1-a2b2")
                .contains("Nothing was written.");
        assertThat(out).doesNotExist();
        assertThat(run(settings[1], "--kme", "ndk-kme-b2=tn-1-a2b2", "--kme", "ndk-kme-a1=tn-3-a1b3"))
                .isEqualTo(1);
        assertThat(out.resolve("tn-2-a2b1.yaml")).exists();
    }

    @Test
    void endsThatDisagree_areAMistake() throws IOException {
        edit(0, "\"linked_to\": \"ndk-kme-b2\"", "\"linked_to\": \"ndk-kme-b9\"");
        assertThat(run((Object[]) settings)).isEqualTo(2);
        assertThat(complained).contains("says ndk-kme-b9, but ndk-kme-b2 says that it is linked to ndk-kme-a2");
    }

    @Test
    void allMistakesAreToldAtOnce_andNothingIsWritten() throws IOException {
        edit(0, "\"max_key_size\": 1024", "\"max_key_size\": 1023");
        edit(1, "https://localhost:8030", "http://localhost:8030");
        edit(2, "\"id\": \"tn-3-a1b3\",\n", "");
        edit(3, "\"distance\": 0", "\"distance\": \"near\"");
        assertThat(run((Object[]) settings)).isEqualTo(2);
        assertThat(complained)
                .contains(settings[0] + ":8: max_key_size: expected bits")
                .containsPattern("tn-2-a2b1.json:\\d+: attached_kmes\\[0\\].url: only https is spoken")
                .contains(settings[2] + ":1: id: missing")
                .containsPattern("tn-4-a3b3.json:\\d+: attached_kmes\\[0\\].distance: expected");
        assertThat(out).doesNotExist();
    }

    @Test
    void brokenJson_isToldWithItsLine() throws IOException {
        edit(0, "\"max_key_size\": 1024,", "\"max_key_size\": 1024");
        assertThat(run((Object[]) settings)).isEqualTo(2);
        assertThat(complained).contains(settings[0] + ":9: this is not JSON");
        assertThat(run(folder.resolve("none.json"))).isEqualTo(2);
        assertThat(complained).contains("none.json:1: no such file");
    }

    @Test
    void filesThatAreThere_stayAsTheyAre_unlessForced() throws IOException {
        Files.createDirectories(out);
        Files.writeString(out.resolve("tn-3-a1b3.yaml"), "mine");
        assertThat(run((Object[]) settings)).isEqualTo(2);
        assertThat(complained).contains("tn-3-a1b3.yaml: is there already: --force replaces it");
        assertThat(out.resolve("tn-1-a2b2.yaml")).doesNotExist();
        assertThat(out.resolve("tn-3-a1b3.yaml")).hasContent("mine");
        List<Object> words = new ArrayList<>(List.of((Object[]) settings));
        words.add("--force");
        run(words.toArray());
        assertThat(Files.readString(out.resolve("tn-3-a1b3.yaml"))).startsWith("# Imported");
    }

    @Test
    void certificateOfAnotherName_isTold() throws IOException {
        new DemoCertificates(folder.resolve("certs")).make();
        edit(0, "certs/sae-a.crt", "certs/sae-b.crt");
        edit(0, "\"server_cert_file\": \"certs/tn-1-a2b2.crt\"", "\"server_cert_file\": \"certs/sae-a.crt\"");
        run((Object[]) settings);
        assertThat(said)
                .contains("attached_saes[0].sae_cert: names the SAE sae-b")
                .contains("server_cert_file: names the SAE sae-a, and nodes know each other by the URI");
    }

    @Test
    void vendorsNamesForTheNode_areTakenFromTheCertificatesThatItShows() throws IOException {
        new DemoCertificates(folder.resolve("certs")).make();
        edit(0, "\"sae_cert\": \"certs/tn-1-a2b2.crt\"", "\"sae_cert\": \"certs/sae-a.crt\"");
        edit(0, "\"sae_key\": \"certs/tn-1-a2b2.key\"", "\"sae_key\": \"certs/sae-a.key\"");
        run((Object[]) settings);
        assertThat(Files.readString(out.resolve("tn-1-a2b2.yaml")).replace(folder + "/", ""))
                .contains("sae_id: sae-a")
                .contains("client_certificate: certs/sae-a.crt")
                .contains("client_key: certs/sae-a.key");
        assertThat(Files.readString(out.resolve("tn-2-a2b1.yaml"))).contains("peer_sae_id: sae-a");
    }

    @Test
    void json_isForPrograms() throws IOException {
        new DemoCertificates(folder.resolve("certs")).make();
        List<Object> words = new ArrayList<>(List.of((Object[]) settings));
        words.add("--json");
        assertThat(run(words.toArray())).isZero();
        assertThat(said).startsWith("{").contains("\"node\" : \"tn-4-a3b3\"").contains("\"mistakes\" : [ ]");
    }
}
