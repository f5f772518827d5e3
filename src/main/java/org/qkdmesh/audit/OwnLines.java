package org.qkdmesh.audit;

import java.util.Iterator;
import java.util.List;
import java.util.function.Predicate;
import org.qkdmesh.store.AuditExport;
import org.qkdmesh.store.AuditRow;

/**
 * Reads the newest file, and finds how far the node itself wrote it. It may be further than the store knows: the node died
 * before the store learnt of it, or a backup of the store was put back. Whoever can write the file may have put lines
 * there too, so one that the store does not know of counts only if it is what the node would write of the event that
 * waits next, or if the node has signed it or one after it.
 */
final class OwnLines implements AuditFile.LineReader {

    private final Iterator<AuditRow> waiting;
    private final Predicate<AuditLine> signed;

    /** Where the lines that count end. */
    private AuditExport end;

    /** Where those end that may count yet, by a checkpoint that is still to come. */
    private AuditExport at;

    private boolean found;
    private boolean foreign;
    private long unsigned;

    /**
     * @param known the end of the files, as far as the store knows
     * @param waiting the first events that the store has after it
     * @param signed whether the node has signed a checkpoint
     */
    OwnLines(AuditExport known, List<AuditRow> waiting, Predicate<AuditLine> signed) {
        this.waiting = waiting.iterator();
        this.signed = signed;
        this.end = known;
        this.at = known;
    }

    @Override
    public boolean take(long count, String text, boolean ended, long offset) {
        try {
            AuditLine line = AuditLine.parse(text);
            if (line.line() == at.line() + 1 && line.before().equals(at.hash())) {
                found = true;
                goOn(line);
            } else if (found) {
                foreign = true;
            } else if (line.end().equals(end)) {
                found = true;
                accept(line);
            }
        } catch (AuditLine.Malformed e) {
            foreign = true;
        }
        return !foreign;
    }

    private void goOn(AuditLine line) {
        AuditExport before = at;
        at = line.end();
        if (line.isCheckpoint()) {
            foreign = !signed.test(line);
        } else if (waiting.hasNext()) {
            foreign = !line.text().equals(AuditLine.of(waiting.next(), before).text());
        } else {
            // Only a checkpoint after it can tell whose it is.
            return;
        }
        if (!foreign) {
            accept(line);
        }
    }

    private void accept(AuditLine line) {
        end = line.end();
        unsigned = line.isCheckpoint() ? 0 : unsigned + 1;
    }

    /** Where the lines of the node end; as the store knows it, if the file does not go on from there. */
    AuditExport end() {
        return end;
    }

    /** How many of these lines come after the last checkpoint. */
    long unsigned() {
        return unsigned;
    }

    /** Whether the file does not go on from what the store knows, or by lines that the node has not written. */
    boolean areAltered() {
        return !found || foreign || !at.equals(end);
    }
}
