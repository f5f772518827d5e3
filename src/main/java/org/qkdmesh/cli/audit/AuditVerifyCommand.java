package org.qkdmesh.cli.audit;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.qkdmesh.audit.AuditVerifier;
import org.qkdmesh.cli.JsonOption;
import org.qkdmesh.cli.Progress;
import org.qkdmesh.identity.PemFiles;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code qkd-mesh audit verify}. */
@Command(
        name = "verify",
        mixinStandardHelpOptions = true,
        description = {
            "Looks whether the audit log of a node is as the node wrote it: finds lines that were changed, taken out, put in,"
                    + " moved or cut.",
            "The node need not run, and the files may be copies. Those of one node are looked at together."
        },
        footer = {"", "Example:", "  ./qkd-mesh audit verify data/tn-1-a2b2/audit"},
        exitCodeList = {
            "0:the log is whole",
            "1:it is not; each finding has a line on stderr, with file and line",
            "2:a file can not be read, or wrong options"
        })
final class AuditVerifyCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "FILE",
            arity = "1..*",
            description = "Files of the log, in any order, or the directory that they are in.")
    private List<Path> paths;

    @Option(
            names = "--ca",
            paramLabel = "FILE",
            description = "The authorities that the node is certified by (default: ${DEFAULT-VALUE}).")
    private Path authority = Path.of("certs/ca.crt");

    @Mixin
    private JsonOption json;

    @Override
    public Integer call() {
        try {
            List<Path> files = files();
            if (files.isEmpty()) {
                return wrong("there is no file of an audit log (audit-*.jsonl)");
            }
            AuditVerifier.Report report;
            try (Progress progress = Progress.of(spec.commandLine(), json.isWanted())) {
                report = new AuditVerifier(PemFiles.certificates(authority), progress::now).verify(files);
            }
            return tell(report);
        } catch (IOException e) {
            return wrong(e.getClass().getSimpleName() + " " + e.getMessage());
        }
    }

    private List<Path> files() throws IOException {
        List<Path> files = new ArrayList<>();
        for (Path path : paths) {
            if (Files.isDirectory(path)) {
                files.addAll(AuditVerifier.filesIn(path));
            } else {
                files.add(path);
            }
        }
        return files;
    }

    private int wrong(String message) {
        spec.commandLine().getErr().println("qkd-mesh: " + message);
        return 2;
    }

    private int tell(AuditVerifier.Report report) {
        PrintWriter out = spec.commandLine().getOut();
        report.findings().forEach(spec.commandLine().getErr()::println);
        boolean whole = report.findings().isEmpty();
        if (json.isWanted()) {
            out.println(document(report).toPrettyString());
            return whole ? 0 : 1;
        }
        String what = report.node().orElse("no node") + ", lines " + report.firstLine() + " to " + report.lastLine()
                + " in " + (report.files() == 1 ? "1 file" : report.files() + " files");
        out.println(what + (whole ? ": whole, " : ": NOT whole, ") + report.checkpoints() + " checkpoints");
        if (report.ended()) {
            out.println("The log ends where the node was stopped.");
        } else {
            out.println(
                    "The node goes on behind line " + report.lastLine() + ", or was killed there, or more was cut off:"
                            + " its next lines tell. " + report.unsigned() + " lines follow the last checkpoint.");
        }
        return whole ? 0 : 1;
    }

    private static ObjectNode document(AuditVerifier.Report report) {
        ObjectNode document = JsonNodeFactory.instance
                .objectNode()
                .put("whole", report.findings().isEmpty())
                .put("node", report.node().orElse(null))
                .put("files", report.files())
                .put("first_line", report.firstLine())
                .put("last_line", report.lastLine())
                .put("last_hash", report.lastHash())
                .put("checkpoints", report.checkpoints())
                .put("lines_after_last_checkpoint", report.unsigned())
                .put("ended", report.ended());
        ArrayNode findings = document.putArray("findings");
        report.findings().forEach(finding -> findings.addObject()
                .put("file", finding.file().toString())
                .put("line", finding.line())
                .put("what", finding.what()));
        return document;
    }
}
