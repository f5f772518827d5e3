package org.qkdmesh.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Whether there is room for what a node writes. */
final class DiskCheck implements Check {

    private static final long MIB = 1 << 20;
    private static final long TOO_LITTLE = 50 * MIB;
    private static final long LITTLE = 500 * MIB;

    private final Path data;
    private final FreeSpace space;

    DiskCheck(Path data, FreeSpace space) {
        this.data = data;
        this.space = space;
    }

    @Override
    public String title() {
        return "disk";
    }

    @Override
    public List<Finding> run() {
        Path place = data.toAbsolutePath();
        while (!Files.exists(place)) {
            place = place.getParent();
        }
        try {
            long free = space.usableBytes(place);
            String text = String.format(Locale.ROOT, "%,d MiB free for %s", free / MIB, data);
            if (free >= LITTLE) {
                return List.of(Finding.ok(text));
            }
            String remedy =
                    "Make room, or move the data directory (data) to a larger disk while the node does not run.";
            return List.of((free < TOO_LITTLE
                            ? Finding.fail(
                                    "the disk is full: " + text
                                            + ". Without room no key can be stored, and relays are answered 503",
                                    remedy)
                            : Finding.warn(text, remedy))
                    .next("df -h " + place + "; du -xh " + place + " | sort -h | tail"));
        } catch (IOException e) {
            return List.of(Finding.fail(
                    place + ": free space cannot be told: " + e.getMessage(), "See that the disk is mounted."));
        }
    }
}
