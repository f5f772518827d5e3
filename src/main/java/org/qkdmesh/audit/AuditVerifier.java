package org.qkdmesh.audit;

import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.qkdmesh.identity.NodeVerifier.InvalidSignature;
import org.qkdmesh.store.AuditExport;

/**
 * Looks whether the files of an audit log are as their node wrote them: no line was changed, taken out, put in or moved.
 * What was cut off at the end of a file that its node has not ended can not be told from these files alone; the next start
 * of the node, and what it writes then, shows it. Not safe for use by several threads.
 */
public final class AuditVerifier {

    private static final int MOST_FINDINGS = 100;

    /**
     * Something that is wrong.
     *
     * @param line of the file, from 1 on
     */
    public record Finding(Path file, long line, String what) {

        @Override
        public String toString() {
            return file + ":" + line + ": " + what;
        }
    }

    /**
     * What was found.
     *
     * @param findings all that is wrong, up to a hundred
     * @param node whose log it is; empty when no checkpoint says so
     * @param lastHash of the last line
     * @param unsigned lines after the last checkpoint, which only the lines after them will confirm
     * @param ended whether the log ends where the node was stopped
     */
    public record Report(
            List<Finding> findings,
            Optional<String> node,
            int files,
            long firstLine,
            long lastLine,
            String lastHash,
            long checkpoints,
            long unsigned,
            boolean ended) {}

    private final CheckpointVerifier verifier;
    private final Consumer<String> progress;

    private final List<Finding> findings = new ArrayList<>();
    private Optional<String> node = Optional.empty();
    private AuditExport end;
    private long firstLine;
    private long checkpoints;
    private long unsigned;
    /** Why the file ends with the last line, if it does. */
    private Optional<String> ending = Optional.empty();

    private Path file;

    /**
     * @param authorities that the node is certified by; its certificate has to have been valid when it signed
     * @param progress told now and then how far it has come, in a few words
     */
    public AuditVerifier(Collection<X509Certificate> authorities, Consumer<String> progress) {
        this.progress = progress;
        this.verifier = new CheckpointVerifier(authorities);
    }

    /** The files of a log in a directory. */
    public static List<Path> filesIn(Path directory) throws IOException {
        return AuditFile.in(directory);
    }

    /**
     * Looks at files of one node, in whatever order they are given. To be called once.
     *
     * @throws IOException when one can not be read
     */
    public Report verify(List<Path> files) throws IOException {
        for (Path next : inOrder(files)) {
            begin(next);
            AuditFile.read(next, this::look);
            if (findings.size() >= MOST_FINDINGS) {
                break;
            }
        }
        return new Report(
                List.copyOf(findings),
                node,
                files.size(),
                firstLine,
                end == null ? 0 : end.line(),
                end == null ? "" : end.hash(),
                checkpoints,
                unsigned,
                ending.equals(Optional.of(AuditLog.STOPPED)));
    }

    private static List<Path> inOrder(List<Path> files) throws IOException {
        record Numbered(Path file, long firstLine) {}
        List<Numbered> numbered = new ArrayList<>();
        for (Path file : files) {
            long[] first = {0};
            AuditFile.read(file, (count, text, isEnded, offset) -> {
                first[0] = number(text);
                return false;
            });
            numbered.add(new Numbered(file, first[0]));
        }
        return numbered.stream()
                .sorted(Comparator.comparingLong(Numbered::firstLine).thenComparing(Numbered::file))
                .map(Numbered::file)
                .toList();
    }

    private static long number(String text) {
        try {
            return AuditLine.parse(text).line();
        } catch (AuditLine.Malformed e) {
            return 0;
        }
    }

    private void begin(Path next) {
        file = next;
        ending = Optional.empty();
    }

    private boolean look(long count, String text, boolean isEnded, long offset) {
        if (count % 1000 == 1) {
            progress.accept(file + ", line " + count);
        }
        if (!isEnded) {
            find(
                    count,
                    text.length() < AuditFile.MAX_LINE_BYTES
                            ? "the line is cut: it has no end"
                            : "the line is too long");
            return true;
        }
        try {
            AuditLine line = AuditLine.parse(text);
            if (ending.isPresent()) {
                find(count, "there is a line after the one that ends the file");
            }
            place(count, line);
            if (line.isCheckpoint()) {
                checkpoint(count, line);
            } else {
                unsigned++;
                if (count == 1) {
                    find(count, "the file does not begin with a checkpoint: its first lines are missing");
                }
            }
            end = line.end();
        } catch (AuditLine.Malformed e) {
            find(count, "the line was changed: it " + e.getMessage());
        }
        return findings.size() < MOST_FINDINGS;
    }

    /** Whether this line follows the one before, of this file or the last one. */
    private void place(long count, AuditLine line) {
        if (end == null) {
            firstLine = line.line();
            return;
        }
        long expected = end.line() + 1;
        if (line.line() > expected) {
            find(count, missing("line", expected, line.line() - 1));
        } else if (line.line() < expected) {
            find(
                    count,
                    "line " + line.line() + " of the log comes after line " + end.line()
                            + ": lines were moved, repeated or put in, or the files are of two histories of the node");
        } else if (!line.before().equals(end.hash())) {
            find(
                    count,
                    "does not fit line " + end.line()
                            + " of the log, the one before: that one was changed, or this one");
        } else {
            number(count, line);
        }
    }

    /** Whether no event is missing before this line: the node counts them without a gap, also those that it never wrote. */
    private void number(long count, AuditLine line) {
        if (line.eventBefore() > end.number()) {
            find(count, missing("event", end.number() + 1, line.eventBefore()));
        } else if (line.eventBefore() < end.number()) {
            find(count, "has number " + line.number() + ", but the last event before it is " + end.number());
        }
    }

    private static String missing(String what, long from, long to) {
        return from == to
                ? what + " " + from + " of the log is missing before this one"
                : what + "s " + from + " to " + to + " of the log are missing before this one";
    }

    private void checkpoint(long count, AuditLine line) {
        checkpoints++;
        try {
            String signer = verifier.signer(line);
            if (!node.orElse(signer).equals(signer)) {
                find(count, "the checkpoint is of node " + signer + ", those before are of node " + node.get());
            } else {
                node = Optional.of(signer);
                unsigned = 0;
            }
            ending = Optional.of(line.json().path(AuditLine.WHY).asText()).filter(AuditLog.ENDINGS::contains);
        } catch (InvalidSignature e) {
            find(count, "the checkpoint is not to be believed: " + e.getMessage());
        }
    }

    private void find(long count, String what) {
        findings.add(new Finding(file, count, what));
    }
}
