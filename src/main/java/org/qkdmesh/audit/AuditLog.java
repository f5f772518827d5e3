package org.qkdmesh.audit;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.qkdmesh.identity.NodeSigner;
import org.qkdmesh.identity.NodeVerifier;
import org.qkdmesh.model.AuditEvent;
import org.qkdmesh.model.NodeClock;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.OwnerOnly;
import org.qkdmesh.store.AuditExport;
import org.qkdmesh.store.AuditRow;
import org.qkdmesh.store.DurableStep;
import org.qkdmesh.store.NodeStore;
import org.qkdmesh.store.StoreFailure;
import org.qkdmesh.store.StoreTransaction;

/**
 * Writes the audit events of a store to files, and removes from the store what is on the disk there. A file begins and
 * ends with a checkpoint, a line that the node has signed, and has more of them in between; only a file whose node was
 * killed ends without. Each start begins a new one. Nothing is written twice and nothing is left out, wherever the node
 * dies: the last line in the files that is whole and its own says how far they are.
 *
 * <p>As long as the files can not be written, the events stay in the store. Safe for use by several threads.
 */
public final class AuditLog {

    static final String STATEMENT = "qkd-mesh-audit";

    static final String STOPPED = "stopped";
    private static final String FULL = "full";

    /** Why a file has no further line. */
    static final Set<String> ENDINGS = Set.of(STOPPED, FULL);

    private static final int ROWS_AT_ONCE = 1000;
    private static final long CHECKPOINT_LINES = 10_000;
    private static final long CHECKPOINT_MILLIS = 30_000;

    /**
     * Where the files are, and how much of them is kept.
     *
     * @param fileBytes about how large a file becomes before the next one is begun
     * @param files how many are kept, the oldest goes first; 0 for all
     */
    public record Keeping(Path directory, long fileBytes, int files) {}

    private final NodeId node;
    private final Keeping keeping;
    private final NodeStore store;
    private final NodeSigner signer;
    private final Supplier<List<X509Certificate>> authorities;
    private final NodeClock clock;
    private final LongSupplier lost;
    private final AuditedEvents events;
    private List<AuditEvent> told = List.of();
    private long lostBefore;

    /** Whether it is known what the files end with. */
    private boolean found;

    private AuditExport end = AuditExport.NONE;
    private Optional<AuditFile> file = Optional.empty();
    private long unsignedLines;
    private long lastCheckpoint;
    private volatile Optional<String> trouble = Optional.empty();

    /**
     * @param lost how many events the store had no room for, in all
     * @param authorities that the node is certified by, at the moment
     * @param events what of them is in no transaction is taken into the store first
     */
    public AuditLog(
            NodeId node,
            Keeping keeping,
            NodeStore store,
            LongSupplier lost,
            NodeSigner signer,
            Supplier<List<X509Certificate>> authorities,
            NodeClock clock,
            AuditedEvents events) {
        this.node = node;
        this.keeping = keeping;
        this.store = store;
        this.lost = lost;
        this.signer = signer;
        this.authorities = authorities;
        this.clock = clock;
        this.events = events;
    }

    /**
     * Refuses a directory that others than its owner could get at. One that is missing is made by and by.
     *
     * @throws StoreFailure naming the mode and what to do
     */
    public static void requireOwnerOnly(Path directory) {
        if (!Files.isDirectory(directory)) {
            return;
        }
        try {
            OwnerOnly.require(directory);
        } catch (IOException e) {
            throw new StoreFailure(e.getMessage(), true, e);
        }
    }

    /** What is wrong with the files; empty when all that happened until a moment ago is in them. Does not wait. */
    public Optional<String> trouble() {
        return trouble;
    }

    /**
     * Writes what waits. To be called every second, and once before anything happens: it finds out where the files are. It
     * does not throw; {@link #trouble} and an alarm tell of files that can not be written.
     */
    public synchronized void export() {
        write(Optional.empty());
    }

    /** Writes what waits, and ends the file. What happens later is written at the next start. */
    public synchronized void close() {
        write(Optional.of(STOPPED));
        closeFile();
    }

    /** @param last why the file ends with this; empty when it goes on */
    private void write(Optional<String> last) {
        tellOfLost();
        try {
            findEnd();
            keepWhatWasTold();
            file.ifPresent(AuditFile::requireThere);
            int rows;
            do {
                rows = writeSome(last);
            } while (rows == ROWS_AT_ONCE);
            if (trouble.isPresent()) {
                trouble = Optional.empty();
                events.noted("audit-written", "the audit log is written again, to " + keeping.directory());
            }
        } catch (IOException | UncheckedIOException | StoreFailure e) {
            giveUp(e);
        }
    }

    private void keepWhatWasTold() {
        if (told.isEmpty()) {
            told = events.take();
        }
        if (!told.isEmpty()) {
            store.transact(tx -> {
                told.forEach(tx::audit);
                return null;
            });
            told = List.of();
        }
    }

    /** How many events are missing in the files, since the start. */
    public long lost() {
        return lost.getAsLong() + events.lost();
    }

    private void tellOfLost() {
        long now = lost();
        if (now > lostBefore) {
            events.alarm(
                    "audit-lost",
                    (now - lostBefore) + " events are missing in the audit log, since too many wait to be written");
            lostBefore = now;
        }
    }

    private void giveUp(Exception cause) {
        closeFile();
        found = false;
        String message = "the audit log can not be written to " + keeping.directory() + ": "
                + cause.getClass().getSimpleName() + " " + cause.getMessage();
        if (trouble.isEmpty()) {
            events.alarm("audit-not-written", message);
        }
        trouble = Optional.of(message);
    }

    private void closeFile() {
        try {
            if (file.isPresent()) {
                file.get().close();
            }
        } catch (IOException e) {
            // What counts was forced to the disk, or is written once more.
        }
        file = Optional.empty();
    }

    private int writeSome(Optional<String> last) throws IOException {
        List<AuditRow> rows = store.transact(tx -> tx.auditRows(ROWS_AT_ONCE));
        boolean isLast = last.isPresent() && rows.size() < ROWS_AT_ONCE;
        boolean due = unsignedLines > 0 && clock.monotonicMillis() - lastCheckpoint >= CHECKPOINT_MILLIS;
        if (rows.isEmpty() && !due && !(isLast && (file.isPresent() || unsignedLines > 0))) {
            return 0;
        }
        Lines lines = new Lines(end);
        if (file.isEmpty()) {
            file = Optional.of(AuditFile.make(keeping.directory(), end.line() + 1, clock.wall()));
            removeOldest();
            lines.checkpoint("begun");
        }
        rows.forEach(lines::event);
        boolean full = file.get().size() + lines.text.length() >= keeping.fileBytes();
        if (isLast) {
            lines.checkpoint(last.get());
        } else if (full) {
            lines.checkpoint(FULL);
        } else if (due || unsignedLines + rows.size() >= CHECKPOINT_LINES) {
            lines.checkpoint("going on");
        }
        file.get().append(lines.text.toString());
        exported(lines.end);
        unsignedLines = lines.signed ? lines.sinceCheckpoint : unsignedLines + rows.size();
        if (full) {
            closeFile();
        }
        return rows.size();
    }

    private void exported(AuditExport export) {
        store.transact(DurableStep.AUDIT_EXPORTED, tx -> {
            tx.auditExported(export);
            return null;
        });
        end = export;
    }

    private void removeOldest() throws IOException {
        List<Path> files = AuditFile.in(keeping.directory());
        int tooMany = keeping.files() == 0 ? 0 : files.size() - keeping.files();
        for (Path oldest : files.subList(0, Math.max(0, tooMany))) {
            Files.delete(oldest);
        }
    }

    /** Lines that go into the file together. */
    private final class Lines {

        private final StringBuilder text = new StringBuilder();
        private AuditExport end;
        private boolean signed;
        private long sinceCheckpoint;

        Lines(AuditExport end) {
            this.end = end;
        }

        void event(AuditRow row) {
            add(AuditLine.of(row, end));
            sinceCheckpoint++;
        }

        void checkpoint(String why) {
            ObjectNode statement =
                    AuditLine.statement(node.text(), clock.wall().truncatedTo(ChronoUnit.MILLIS), why, end);
            add(AuditLine.checkpoint(statement, signer.sign(STATEMENT, AuditLine.bytes(statement))));
            signed = true;
            sinceCheckpoint = 0;
            lastCheckpoint = clock.monotonicMillis();
        }

        private void add(AuditLine line) {
            text.append(line.text()).append('\n');
            end = line.end();
        }
    }

    /** The files may be further than the store knows, by what was written when the node died. */
    private void findEnd() throws IOException {
        if (found) {
            return;
        }
        AuditExport known = store.transact(StoreTransaction::auditExport);
        end = known;
        unsignedLines = 0;
        Optional<Path> newest = newest();
        if (newest.isPresent()) {
            AuditExport last = follow(newest.get(), known);
            if (!last.equals(known)) {
                exported(last);
            }
        }
        found = true;
    }

    /** The last file that has a line. */
    private Optional<Path> newest() throws IOException {
        List<Path> files = new ArrayList<>(AuditFile.in(keeping.directory()));
        while (!files.isEmpty()) {
            Path newest = files.remove(files.size() - 1);
            AuditFile.takeOffCutLine(newest);
            if (Files.size(newest) > 0) {
                return Optional.of(newest);
            }
            Files.delete(newest);
        }
        return Optional.empty();
    }

    /** How far the node itself wrote this file. */
    private AuditExport follow(Path newest, AuditExport known) throws IOException {
        OwnLines lines = new OwnLines(known, store.transact(tx -> tx.auditRows(ROWS_AT_ONCE)), this::isSigned);
        AuditFile.read(newest, lines);
        unsignedLines = lines.unsigned();
        if (lines.areAltered()) {
            events.alarm(
                    "audit-altered",
                    newest + " does not go on from line " + lines.end().line()
                            + ", the last one that this node wrote: lines were changed, taken out or put in, or this is"
                            + " another disk");
        }
        return lines.end();
    }

    private boolean isSigned(AuditLine checkpoint) {
        try {
            return new CheckpointVerifier(authorities.get()).signer(checkpoint).equals(node.text());
        } catch (NodeVerifier.InvalidSignature e) {
            return false;
        }
    }
}
