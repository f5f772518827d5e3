package org.qkdmesh.cli.torture;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.qkdmesh.model.NodeClock;

/**
 * A wall clock that is as far off as a file says, which may change at any moment and need not be there. The monotonic clock
 * is that of the machine. Safe for use by several threads.
 */
public final class SkewedClock implements NodeClock {

    private static final long LOOK_EVERY_MILLIS = 200;

    private final NodeClock machine = NodeClock.system();
    private final Path file;
    private volatile long looked = Long.MIN_VALUE;
    private volatile long offMillis;

    /** @param file with a number of milliseconds */
    public SkewedClock(Path file) {
        this.file = file;
    }

    @Override
    public long monotonicMillis() {
        return machine.monotonicMillis();
    }

    @Override
    public long monotonicMicros() {
        return machine.monotonicMicros();
    }

    @Override
    public Instant wall() {
        long now = machine.monotonicMillis();
        if (now >= looked + LOOK_EVERY_MILLIS || looked == Long.MIN_VALUE) {
            looked = now;
            offMillis = read();
        }
        return machine.wall().plusMillis(offMillis);
    }

    private long read() {
        try {
            return Files.exists(file) ? Long.parseLong(Files.readString(file).strip()) : 0;
        } catch (IOException | NumberFormatException halfWritten) {
            return offMillis;
        }
    }
}
