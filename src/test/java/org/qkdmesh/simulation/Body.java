package org.qkdmesh.simulation;

import java.util.function.Function;
import java.util.random.RandomGenerator;

/**
 * What goes over the wire. Mostly the message itself, which nobody can change; its bytes, which have to be written and
 * read, where they matter: for messages whose bytes count, when a bit flips, and for all in some schedules.
 */
final class Body {

    private Object message;
    private Function<Object, byte[]> encoder;
    private byte[] bytes;

    private Body() {}

    static Body of(byte[] bytes) {
        Body body = new Body();
        body.bytes = bytes;
        return body;
    }

    /** @param encoder of just such messages */
    @SuppressWarnings("unchecked")
    static <T> Body of(T message, Function<T, byte[]> encoder) {
        Body body = new Body();
        body.message = message;
        body.encoder = (Function<Object, byte[]>) encoder;
        return body;
    }

    byte[] bytes() {
        return message == null ? bytes : encoder.apply(message);
    }

    /** @param decoder of what its sender encoded, or would have */
    @SuppressWarnings("unchecked")
    <T> T read(Function<byte[], T> decoder) {
        return message == null ? decoder.apply(bytes) : (T) message;
    }

    /** The same as bytes, as on a real wire. */
    Body encoded() {
        return message == null ? this : of(bytes());
    }

    /** The same with one bit changed. */
    Body flipped(RandomGenerator random) {
        byte[] changed = bytes().clone();
        if (changed.length > 0) {
            changed[random.nextInt(changed.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return of(changed);
    }
}
