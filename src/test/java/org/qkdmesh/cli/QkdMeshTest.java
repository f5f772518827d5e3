package org.qkdmesh.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class QkdMeshTest {

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void help_teachesTheCommandsAndTheExitCodes() {
        assertThat(run("--help")).isZero();

        assertThat(out.toString())
                .contains("certs", "./qkd-mesh demo", "config/tn-1-a2b2.yaml", "Exit codes:", "0 ", "1 ", "2 ");
    }

    @Test
    void everyCommand_explainsItselfAndItsOptions() {
        for (CommandLine command : QkdMesh.commandLine().getSubcommands().values()) {
            assertThat(command.getCommandSpec().usageMessage().description())
                    .as(command.getCommandName())
                    .isNotEmpty();
            assertThat(command.getCommandSpec().options())
                    .as(command.getCommandName())
                    .allSatisfy(option -> assertThat(option.description()).isNotEmpty());
        }
    }

    @Test
    void command_thatIsAskedFor_isWhatItIsAmongAll() {
        QkdMesh.commandLine().getSubcommands().forEach((name, command) -> {
            CommandLine alone = QkdMesh.commandLine(name).getSubcommands().get(name);
            assertThat(alone.getUsageMessage()).isEqualTo(command.getUsageMessage());
        });
    }

    @Test
    void commands_areMadeWhenTheyAreAskedForOrToldOf() {
        assertThat(QkdMesh.commandLine("store", "check").getSubcommands()).containsOnlyKeys("store", "help");
        assertThat(QkdMesh.commandLine("help", "store").getSubcommands()).containsKeys("store", "node");
        assertThat(QkdMesh.commandLine("stoer").getSubcommands()).containsKeys("store", "node");
    }

    @Test
    void wrongOption_endsWithExitCode2() {
        assertThat(run("certs", "demo", "--dri", "x")).isEqualTo(2);

        assertThat(err.toString()).contains("--dri");
    }

    @Test
    void misspeltOption_thatIsRequired_isToldByTheNearestName() {
        assertThat(run("paths", "--frm", "sae-a", "--to", "sae-b")).isEqualTo(2);

        assertThat(err.toString()).contains("unknown option --frm; did you mean --from?");
    }

    @Test
    void certsDemo_saysWhatItMade(@TempDir Path directory) {
        assertThat(run("certs", "demo", "--dir", directory.toString())).isZero();
        assertThat(out.toString()).contains("Made 14 certificates in " + directory);

        assertThat(run("certs", "demo", "--dir", directory.toString())).isZero();
        assertThat(out.toString()).contains("All certificates are there in " + directory);
    }

    @Test
    void failure_isOneLineAndExitCode1(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "");

        assertThat(run("certs", "demo", "--dir", file.resolve("below").toString()))
                .isEqualTo(1);
        assertThat(err.toString().lines()).hasSize(1).first().asString().startsWith("qkd-mesh: ");
    }

    private int run(String... arguments) {
        return QkdMesh.commandLine(arguments)
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }
}
