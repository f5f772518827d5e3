package org.qkdmesh.etsi014;

import java.io.OutputStream;
import java.util.Arrays;
import org.qkdmesh.model.SecretBytes;

/** Takes one decoded key from the JSON parser and erases the parser's own buffer behind it. */
final class KeySink extends OutputStream {

    private final byte[] collected;
    private int length;

    KeySink(int maxBytes) {
        collected = new byte[maxBytes];
    }

    @Override
    public void write(int b) {
        requireRoom(1);
        collected[length++] = (byte) b;
    }

    /** Takes the bytes and zeroes them where they came from, since nobody else can reach that buffer. */
    @Override
    public void write(byte[] source, int offset, int count) {
        try {
            requireRoom(count);
            System.arraycopy(source, offset, collected, length, count);
            length += count;
        } finally {
            Arrays.fill(source, offset, offset + count, (byte) 0);
        }
    }

    /** @throws MalformedAnswer when nothing was written */
    SecretBytes key() {
        if (length == 0) {
            throw new MalformedAnswer("a key is empty");
        }
        return SecretBytes.copyOf(collected, 0, length);
    }

    private void requireRoom(int count) {
        if (count > collected.length - length) {
            throw new MalformedAnswer("a key is longer than " + collected.length * 8 + " bit");
        }
    }

    @Override
    public void close() {
        Arrays.fill(collected, (byte) 0);
    }
}
