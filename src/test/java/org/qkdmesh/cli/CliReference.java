package org.qkdmesh.cli;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** The page of all commands, as they describe themselves. */
final class CliReference {

    private final StringBuilder page = new StringBuilder();

    /** The page as it has to be. */
    static String page(CommandLine program) {
        CliReference reference = new CliReference();
        reference.page.append("""
                # Commands

                Made from the commands themselves, whose `--help` says the same; `CliReferenceTest` holds it to them and writes it
                anew by `mvn test -Dtest=CliReferenceTest -Dcli.reference=write`. Which command for what:
                [commands in use](../operating/commands.md).

                Colours come out on a terminal only, and not where `NO_COLOR` is set. `--help` is understood by every command.
                """);
        reference.command(program.getCommandSpec());
        return reference.page.toString();
    }

    private void command(CommandSpec command) {
        CommandLine.Help help = new CommandLine.Help(command, CommandLine.Help.defaultColorScheme(Ansi.OFF));
        page.append("\n## ").append(command.qualifiedName(" ")).append("\n\n");
        List<String> description = List.of(command.usageMessage().description());
        description.forEach(line -> page.append(interpolated(line)).append('\n'));
        page.append("\n```text\n").append(help.synopsis(0).stripTrailing()).append("\n```\n");
        options(command);
        exitCodes(command);
        footer(command);
        visible(command).forEach(this::command);
    }

    private void options(CommandSpec command) {
        List<OptionSpec> options = command.options().stream()
                .filter(option -> !option.hidden() && !option.usageHelp() && !option.versionHelp())
                .toList();
        List<PositionalParamSpec> parameters = command.positionalParameters().stream()
                .filter(parameter -> !parameter.hidden())
                .toList();
        List<CommandSpec> subcommands = visible(command);
        if (options.isEmpty() && parameters.isEmpty() && subcommands.isEmpty()) {
            return;
        }
        page.append("\n| | |\n|---|---|\n");
        for (PositionalParamSpec parameter : parameters) {
            row(parameter.paramLabel(), parameter.description(), "");
        }
        for (OptionSpec option : options) {
            String label = option.arity().max() == 0 ? "" : " " + option.paramLabel();
            row(
                    String.join(", ", option.names()) + label,
                    option.description(),
                    option.required() && option.group() == null ? " Required." : "");
        }
        for (CommandSpec sub : subcommands) {
            String[] lines = sub.usageMessage().description();
            row(sub.name(), new String[] {lines.length == 0 ? "" : lines[0]}, "");
        }
    }

    private void row(String name, String[] description, String more) {
        page.append("| `")
                .append(name)
                .append("` | ")
                .append(interpolated(String.join(" ", description)).replace("|", "\\|"))
                .append(more)
                .append(" |\n");
    }

    private void exitCodes(CommandSpec command) {
        Map<String, String> codes = command.usageMessage().exitCodeList();
        page.append("\nExit codes: ")
                .append(codes.entrySet().stream()
                        .map(code -> "`" + code.getKey().strip() + "` " + code.getValue())
                        .collect(Collectors.joining("; ")))
                .append(".\n");
    }

    private void footer(CommandSpec command) {
        String text = String.join("\n", command.usageMessage().footer()).strip();
        if (!text.isEmpty()) {
            page.append("\n```text\n").append(interpolated(text)).append("\n```\n");
        }
    }

    private static List<CommandSpec> visible(CommandSpec command) {
        return command.subcommands().values().stream()
                .map(CommandLine::getCommandSpec)
                .filter(sub -> !sub.usageMessage().hidden() && !sub.name().equals("help"))
                .distinct()
                .toList();
    }

    private static String interpolated(String text) {
        return text.replaceAll("\\s*\\(default: \\$\\{DEFAULT-VALUE}\\)", "")
                .replace("%n", " ")
                .replace("%%", "%");
    }
}
