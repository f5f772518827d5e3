package org.qkdmesh.cli.doctor;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.qkdmesh.cli.Terminal;
import org.qkdmesh.cli.Terminal.Style;
import org.qkdmesh.doctor.Examination;
import org.qkdmesh.doctor.Finding;

/** What the doctor found, as people read it and as programs do. */
final class DoctorReport {

    private static final String INDENT = "         ";

    private final Terminal terminal;

    DoctorReport(Terminal terminal) {
        this.terminal = terminal;
    }

    /** One part of it, as soon as it is known. */
    void print(Examination.Result result) {
        terminal.line(Style.BOLD, result.title());
        for (Finding finding : result.findings()) {
            List<String> text = wrapped(finding.text(), terminal.columns() - INDENT.length());
            terminal.line("  " + terminal.styled(style(finding), tag(finding)) + " " + text.get(0));
            text.stream().skip(1).forEach(line -> terminal.line(INDENT + line));
            finding.remedy()
                    .map(remedy -> wrapped(remedy, terminal.columns() - INDENT.length()))
                    .orElse(List.of())
                    .forEach(line -> terminal.line(INDENT + line));
            finding.command().ifPresent(next -> terminal.line(INDENT + terminal.styled(Style.DIM, "$ ") + next));
        }
    }

    /** The text in lines that are no longer than this, unless a word is. */
    private static List<String> wrapped(String text, int columns) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : text.split(" ")) {
            if (!line.isEmpty() && line.length() + 1 + word.length() > columns) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(line.isEmpty() ? "" : " ").append(word);
        }
        lines.add(line.toString());
        return lines;
    }

    /** The end of it. */
    void sum(List<Examination.Result> results) {
        long warnings = count(results, Finding.Level.WARN);
        long failures = count(results, Finding.Level.FAIL);
        terminal.line("");
        if (warnings + failures == 0) {
            terminal.line(Style.GOOD, "All is well: " + count(results, Finding.Level.OK) + " things looked at.");
        } else {
            terminal.line(
                    failures > 0 ? Style.BAD : Style.WARN,
                    failures + " to mend [fail], " + warnings + " to look after [warn], "
                            + count(results, Finding.Level.OK) + " well [ok].");
        }
    }

    private static long count(List<Examination.Result> results, Finding.Level level) {
        return results.stream()
                .flatMap(result -> result.findings().stream())
                .filter(finding -> finding.level() == level)
                .count();
    }

    private static Style style(Finding finding) {
        return switch (finding.level()) {
            case OK -> Style.GOOD;
            case WARN -> Style.WARN;
            case FAIL -> Style.BAD;
        };
    }

    private static String tag(Finding finding) {
        return String.format("%-6s", "[" + name(finding) + "]");
    }

    private static String name(Finding finding) {
        return finding.level().name().toLowerCase(Locale.ROOT);
    }

    /** All of it, for programs. */
    void json(List<Examination.Result> results) {
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        document.put("well", results.stream().allMatch(Examination.Result::isWell));
        ArrayNode checks = document.putArray("checks");
        for (Examination.Result result : results) {
            ArrayNode findings = checks.addObject().put("check", result.title()).putArray("findings");
            for (Finding finding : result.findings()) {
                ObjectNode entry =
                        findings.addObject().put("level", name(finding)).put("text", finding.text());
                finding.remedy().ifPresent(remedy -> entry.put("remedy", remedy));
                finding.command().ifPresent(next -> entry.put("command", next));
            }
        }
        terminal.json(document);
    }
}
