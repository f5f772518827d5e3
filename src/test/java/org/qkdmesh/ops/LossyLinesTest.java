package org.qkdmesh.ops;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class LossyLinesTest {

    /** A disk with room for so many bytes, of which a write that does not fit fills what is left, as a file system does. */
    private static final class Disk extends OutputStream {

        private final ByteArrayOutputStream written = new ByteArrayOutputStream();
        private int room;

        private Disk(int room) {
            this.room = room;
        }

        @Override
        public void write(int b) throws IOException {
            if (room == 0) {
                throw new IOException("No space left on device");
            }
            room--;
            written.write(b);
        }
    }

    @Test
    void linesThatDoNotFit_areCounted_andThoseAfterThem_standOnTheirOwn() throws IOException {
        Disk disk = new Disk(9);
        AtomicInteger lost = new AtomicInteger();
        OutputStream lines = new LossyLines(disk, lost::incrementAndGet);

        write(lines, "one\n");
        write(lines, "two, longer\n");
        write(lines, "three\n");
        assertThat(lost).hasValue(2);

        disk.room = 1000;
        write(lines, "four\n");
        write(lines, "five\n");
        assertThat(lost).hasValue(2);
        assertThat(disk.written.toString(StandardCharsets.UTF_8)).isEqualTo("one\ntwo, \nfour\nfive\n");
    }

    private static void write(OutputStream lines, String line) throws IOException {
        lines.write(line.getBytes(StandardCharsets.UTF_8));
    }
}
