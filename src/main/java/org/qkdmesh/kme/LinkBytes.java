package org.qkdmesh.kme;

import java.util.List;
import org.qkdmesh.model.KeyRange;
import org.qkdmesh.model.SecretBytes;

/** Link key bytes taken from a stock for one message, and where they stood; the concatenation of the ranges in order. */
public record LinkBytes(List<KeyRange> ranges, SecretBytes bytes) implements AutoCloseable {

    public LinkBytes {
        ranges = List.copyOf(ranges);
    }

    @Override
    public void close() {
        bytes.close();
    }
}
