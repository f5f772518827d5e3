package org.qkdmesh.cli.management;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qkdmesh.config.ConfigMistakes;
import org.qkdmesh.model.SaeId;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

class NodeOptionsTest {

    @TempDir
    private Path directory;

    @Command(name = "ask")
    static final class Ask implements Callable<Integer> {
        @Mixin
        private NodeOptions nodes;

        @Override
        public Integer call() {
            return 0;
        }
    }

    @Test
    void withoutOptions_allNodesOfTheExampleAreMeant() throws Exception {
        assertThat(options().all())
                .extracting(NodeAddress::name)
                .containsExactly("tn-1-a2b2", "tn-2-a2b1", "tn-3-a1b3", "tn-4-a3b3");
    }

    @Test
    void nodeByItsId_isFoundWithItsPortAndItsToken() throws Exception {
        NodeAddress node = options("--node", "tn-2-a2b1").one();

        assertThat(node.url()).isEqualTo(URI.create("http://127.0.0.1:9011"));
        assertThat(node.token()).contains(Path.of("data/tn-2-a2b1/admin.token"));
        assertThat(node.config()).contains(Path.of("config/tn-2-a2b1.yaml"));
    }

    @Test
    void unknownNode_isToldWithTheOnesThatThereAre() {
        assertThatThrownBy(() -> options("--node", "tn-3-a1b2").one())
                .hasMessage("there is no node tn-3-a1b2 in config; did you mean tn-3-a1b3?");
        assertThatThrownBy(() -> options("--node", "tn-5").one())
                .hasMessage("there is no node tn-5 in config; there are tn-1-a2b2, tn-2-a2b1, tn-3-a1b3, tn-4-a3b3");
    }

    @Test
    void oneOfSeveral_hasToBeNamed() {
        assertThatThrownBy(() -> options().one())
                .hasMessageStartingWith("which node? Say --node and one of tn-1-a2b2,");
    }

    @Test
    void nodeOfAnSae_isFoundByTheConfigurations() throws Exception {
        assertThat(options().of(new SaeId("sae-b")).name()).isEqualTo("tn-4-a3b3");
        assertThatThrownBy(() -> options().of(new SaeId("sea-b")))
                .hasMessage("no node has an SAE sea-b; did you mean sae-b?");
        assertThatThrownBy(() -> options().of(new SaeId("x"))).hasMessageEndingWith("; there are sae-a, sae-b, sae-c");
    }

    @Test
    void fileThatIsBeingEdited_stillTellsWhereTheNodeIs() throws Exception {
        Path file = Files.writeString(
                directory.resolve("tn-9.yaml"),
                "id: tn-9\nmanagement: 127.0.0.1:9\ndata: data/tn-9\nnieghbours: []\nkeys: {min_size: many}\n");

        assertThat(options("--config", file.toString()).one().url()).isEqualTo(URI.create("http://127.0.0.1:9"));
    }

    @Test
    void fileWithoutAManagementAddress_isToldWithAllThatIsWrong() throws Exception {
        Path file = Files.writeString(directory.resolve("tn-9.yaml"), "id: tn-9\ndata: data/tn-9\n");

        assertThatThrownBy(() -> options("--config", file.toString()).one())
                .isInstanceOf(ConfigMistakes.class)
                .hasMessageContaining("management");
    }

    @Test
    void url_isTakenWithoutAFile_andOnlyInPlainHttp() throws Exception {
        assertThat(options("--url", "http://127.0.0.1:9001/").one().url())
                .isEqualTo(URI.create("http://127.0.0.1:9001"));
        assertThatThrownBy(() -> options("--url", "https://127.0.0.1:9001").one())
                .hasMessageStartingWith("--url: expected http://");
    }

    private static NodeOptions options(String... arguments) {
        Ask ask = new Ask();
        new CommandLine(ask).parseArgs(arguments);
        return ask.nodes;
    }
}
