package org.qkdmesh.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** Commands teach by themselves, and the page of them says the same. */
class CliReferenceTest {

    private static final Path PAGE = Path.of("docs", "reference", "cli.md");

    @Test
    void page_saysWhatTheCommandsSayOfThemselves() throws IOException {
        String page = CliReference.page(QkdMesh.commandLine());
        if ("write".equals(System.getProperty("cli.reference"))) {
            Files.writeString(PAGE, page);
        }
        assertThat(Files.readString(PAGE))
                .as("write it anew: mvn test -Dtest=CliReferenceTest -Dcli.reference=write")
                .isEqualTo(page);
    }

    @Test
    void everyCommand_showsAnExample_andItsExitCodes() {
        for (CommandLine command : all(QkdMesh.commandLine())) {
            assertThat(command.getCommandSpec().usageMessage().exitCodeList())
                    .as(command.getCommandSpec().qualifiedName())
                    .containsKeys("0", "2");
            if (command.getSubcommands().isEmpty()) {
                assertThat(command.getUsageMessage(CommandLine.Help.Ansi.OFF))
                        .as(command.getCommandSpec().qualifiedName())
                        .contains("./qkd-mesh "
                                + command.getCommandSpec().qualifiedName(" ").substring("qkd-mesh ".length()));
            }
        }
    }

    @Test
    void everyOptionOfEveryCommand_isDescribed() {
        for (CommandLine command : all(QkdMesh.commandLine())) {
            assertThat(command.getCommandSpec().options())
                    .as(command.getCommandSpec().qualifiedName())
                    .allSatisfy(option -> assertThat(option.description()).isNotEmpty());
        }
    }

    private static List<CommandLine> all(CommandLine program) {
        List<CommandLine> all = new ArrayList<>();
        Stream.of(program)
                .flatMap(command -> command.getSubcommands().values().stream())
                .filter(command -> !command.getCommandSpec().usageMessage().hidden())
                .filter(command -> !command.getCommandName().equals("help"))
                .forEach(command -> {
                    all.add(command);
                    all.addAll(all(command));
                });
        return all;
    }
}
