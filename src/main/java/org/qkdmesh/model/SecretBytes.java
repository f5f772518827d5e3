package org.qkdmesh.model;

import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Objects;

/**
 * Key bytes in memory. Never printed, compared in constant time, erased by {@link #close()}.
 *
 * <p>Not promised: that no other copy exists. A garbage collector moves arrays and leaves their old places as they
 * were; so a secret is kept short and erased early. Safe for use by several threads; after {@code close} every access
 * throws.
 */
public final class SecretBytes implements AutoCloseable {

    private final byte[] bytes;
    private volatile boolean erased;

    private SecretBytes(byte[] bytes) {
        this.bytes = bytes;
    }

    /** Takes the array over: it is erased by {@link #close()}, and the caller must not keep it. */
    public static SecretBytes owning(byte[] bytes) {
        return new SecretBytes(Objects.requireNonNull(bytes, "bytes"));
    }

    /** Copies {@code length} bytes from {@code offset}; the source stays the caller's. */
    public static SecretBytes copyOf(byte[] source, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, source.length);
        return new SecretBytes(Arrays.copyOfRange(source, offset, offset + length));
    }

    public int lengthBytes() {
        return bytes.length;
    }

    public int lengthBits() {
        return bytes.length * 8;
    }

    /** A part of it as a secret of its own, to be closed by the caller. */
    public SecretBytes slice(int offset, int length) {
        return copyOf(insecureAccess(), offset, length);
    }

    /**
     * The array itself, not a copy: for code that computes with the bytes or writes them where they belong. Nobody else
     * has a reason to call this; a test holds the list of packages that do.
     *
     * @throws IllegalStateException when the bytes were erased
     */
    public byte[] insecureAccess() {
        if (erased) {
            throw new IllegalStateException("these secret bytes were erased");
        }
        return bytes;
    }

    public boolean isErased() {
        return erased;
    }

    @Override
    public void close() {
        erased = true;
        Arrays.fill(bytes, (byte) 0);
    }

    /** In constant time for equal lengths. */
    @Override
    public boolean equals(Object other) {
        return other instanceof SecretBytes that && MessageDigest.isEqual(insecureAccess(), that.insecureAccess());
    }

    @Override
    public int hashCode() {
        return bytes.length;
    }

    @Override
    public String toString() {
        return "SecretBytes[" + lengthBits() + " bit" + (erased ? ", erased]" : "]");
    }
}
