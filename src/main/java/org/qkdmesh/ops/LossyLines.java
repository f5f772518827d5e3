package org.qkdmesh.ops;

import java.io.IOException;
import java.io.OutputStream;

/**
 * Takes whole lines, one a call, and never fails: a line that can not be written, as on a full disk, is lost and counted,
 * and the next one is tried all the same. Closing it leaves what is below open. For one thread at a time.
 */
final class LossyLines extends OutputStream {

    private final OutputStream out;
    private final Runnable lost;
    private boolean cut;

    /** @param lost told of each line that was not written, or not whole */
    LossyLines(OutputStream out, Runnable lost) {
        this.out = out;
        this.lost = lost;
    }

    @Override
    public void write(byte[] line, int from, int length) {
        try {
            if (cut) {
                // A piece of the line before may be there.
                out.write('\n');
                cut = false;
            }
            out.write(line, from, length);
        } catch (IOException e) {
            cut = true;
            lost.run();
        }
    }

    @Override
    public void write(int b) {
        write(new byte[] {(byte) b}, 0, 1);
    }
}
