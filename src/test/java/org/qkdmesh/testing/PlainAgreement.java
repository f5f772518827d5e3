package org.qkdmesh.testing;

import java.nio.ByteBuffer;
import java.util.function.LongSupplier;
import org.qkdmesh.crypto.KeyAgreement;
import org.qkdmesh.model.SecretBytes;

/** An agreement that anybody could listen to, for tests that agree a hundred thousand times: the shares are the secret. */
public final class PlainAgreement implements KeyAgreement {

    private final LongSupplier numbers;

    /** @param numbers each another one */
    public PlainAgreement(LongSupplier numbers) {
        this.numbers = numbers;
    }

    @Override
    public Opening open() {
        byte[] share = share();
        return new Opening() {
            @Override
            public byte[] share() {
                return share;
            }

            @Override
            public SecretBytes finish(byte[] answer) {
                return secret(share, answer);
            }

            @Override
            public void close() {
                // Nothing here is secret.
            }
        };
    }

    @Override
    public Answer answer(byte[] opening) {
        byte[] share = share();
        return new Answer(share, secret(opening, share));
    }

    private byte[] share() {
        return ByteBuffer.allocate(Long.BYTES).putLong(numbers.getAsLong()).array();
    }

    private static SecretBytes secret(byte[] opening, byte[] answer) {
        return SecretBytes.owning(ByteBuffer.allocate(opening.length + answer.length)
                .put(opening)
                .put(answer)
                .array());
    }
}
