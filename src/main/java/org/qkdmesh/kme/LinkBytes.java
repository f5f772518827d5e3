package org.qkdmesh.kme;

import java.util.List;
import java.util.UUID;
import org.qkdmesh.model.KeyRange;
import org.qkdmesh.model.SecretBytes;

/**
 * Link key bytes taken from a stock for one message, and where they stood: the concatenation of the ranges in order, or,
 * where keys are combined, the XOR of runs of one length of these.
 *
 * @param neighbourEpoch the epoch of the neighbour that these bytes are good for
 */
public record LinkBytes(List<KeyRange> ranges, SecretBytes bytes, UUID neighbourEpoch) implements AutoCloseable {

    public LinkBytes {
        ranges = List.copyOf(ranges);
    }

    /** One that is the XOR of these, which must be of one length; their bytes are erased. */
    static LinkBytes combined(List<LinkBytes> strands) {
        List<KeyRange> ranges =
                strands.stream().flatMap(strand -> strand.ranges.stream()).toList();
        SecretBytes bytes = xor(strands.stream().map(LinkBytes::bytes).toList());
        return new LinkBytes(ranges, bytes, strands.get(0).neighbourEpoch);
    }

    /** The XOR of all, which must be of one length; they are erased. */
    static SecretBytes xor(List<SecretBytes> all) {
        byte[] sum = new byte[all.get(0).lengthBytes()];
        for (SecretBytes one : all) {
            try (one) {
                byte[] bytes = one.insecureAccess();
                for (int i = 0; i < sum.length; i++) {
                    sum[i] ^= bytes[i];
                }
            }
        }
        return SecretBytes.owning(sum);
    }

    @Override
    public void close() {
        bytes.close();
    }
}
