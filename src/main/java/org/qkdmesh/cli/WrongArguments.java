package org.qkdmesh.cli;

import java.io.PrintWriter;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import org.qkdmesh.model.NearestName;
import picocli.CommandLine;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Says in one line what is wrong with the arguments, with the nearest right name, and where to read on. */
final class WrongArguments implements IParameterExceptionHandler {

    @Override
    public int handleParseException(ParameterException failure, String[] arguments) {
        CommandLine command = failure.getCommandLine();
        PrintWriter err = command.getErr();
        err.println("qkd-mesh: " + message(failure, command.getCommandSpec()));
        err.println("See ./" + command.getCommandSpec().qualifiedName(" ") + " --help");
        return CommandLine.ExitCode.USAGE;
    }

    private static String message(ParameterException failure, CommandSpec command) {
        // Looked at first: an option that is missing is most often one that was misspelt.
        List<String> unknown = failure instanceof UnmatchedArgumentException unmatched
                ? unmatched.getUnmatched()
                : failure.getCommandLine().getUnmatchedArguments();
        if (!unknown.isEmpty()) {
            String word = unknown.get(0);
            return word.startsWith("-")
                    ? "unknown option " + word
                            + nearest(word, command.optionsMap().keySet())
                    : command.subcommands().isEmpty()
                            ? "unexpected argument " + word
                            : "unknown command " + word + nearest(word, visible(command));
        }
        String text = failure.getMessage();
        return text.substring(0, 1).toLowerCase(Locale.ROOT) + text.substring(1);
    }

    private static String nearest(String word, Collection<String> names) {
        return NearestName.of(word, names)
                .map(name -> "; did you mean " + name + "?")
                .orElse("");
    }

    private static List<String> visible(CommandSpec command) {
        return command.subcommands().values().stream()
                .filter(sub -> !sub.getCommandSpec().usageMessage().hidden())
                .map(CommandLine::getCommandName)
                .toList();
    }
}
