package org.qkdmesh.cli.torture;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** What nodes write down of the link keys that they use, for tests of other packages. */
public final class WrittenLedger {

    private final Path folder;

    /** @param folder that nodes write to */
    public WrittenLedger(Path folder) {
        this.folder = folder;
    }

    /** Makes a copy of the routes in which what each relay message uses is written down. */
    public void writeRoutes(Path copy) throws IOException {
        LedgerRoutes.write(Path.of("routes"), copy, folder);
    }

    /** Every byte of a link key that stands in two messages. */
    public List<String> usedTwice() throws IOException {
        return PadLedger.read(folder).check().stream().map(Violation::toString).toList();
    }

    /** How many bytes of link keys were used. */
    public long bytes() throws IOException {
        return PadLedger.read(folder).bytes();
    }
}
