package org.qkdmesh.kme;

import java.util.List;
import java.util.UUID;
import org.qkdmesh.model.KeyRange;
import org.qkdmesh.model.SecretBytes;

/**
 * Link key bytes taken from a stock for one message, and where they stood; the concatenation of the ranges in order.
 *
 * @param neighbourEpoch the epoch of the neighbour that these bytes are good for
 */
public record LinkBytes(List<KeyRange> ranges, SecretBytes bytes, UUID neighbourEpoch) implements AutoCloseable {

    public LinkBytes {
        ranges = List.copyOf(ranges);
    }

    @Override
    public void close() {
        bytes.close();
    }
}
