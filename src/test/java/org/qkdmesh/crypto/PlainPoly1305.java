package org.qkdmesh.crypto;

import java.math.BigInteger;
import java.util.Arrays;

/** RFC 8439, section 2.5.1, written as the standard has it, with big integers: slow, and easy to compare with the text. */
public final class PlainPoly1305 {

    private static final BigInteger P = BigInteger.TWO.pow(130).subtract(BigInteger.valueOf(5));
    private static final BigInteger CLAMP = new BigInteger("0ffffffc0ffffffc0ffffffc0fffffff", 16);

    private PlainPoly1305() {}

    public static byte[] tag(byte[] key, byte[] text) {
        BigInteger r = littleEndian(key, 0, 16).and(CLAMP);
        BigInteger s = littleEndian(key, 16, 32);
        BigInteger sum = BigInteger.ZERO;
        for (int from = 0; from < text.length; from += 16) {
            int to = Math.min(text.length, from + 16);
            BigInteger block = littleEndian(text, from, to).setBit(8 * (to - from));
            sum = sum.add(block).multiply(r).mod(P);
        }
        byte[] bigEndian = sum.add(s).mod(BigInteger.TWO.pow(128)).toByteArray();
        byte[] tag = new byte[16];
        for (int i = 0; i < Math.min(16, bigEndian.length); i++) {
            tag[i] = bigEndian[bigEndian.length - 1 - i];
        }
        return tag;
    }

    private static BigInteger littleEndian(byte[] bytes, int from, int to) {
        byte[] reversed = new byte[to - from];
        for (int i = 0; i < reversed.length; i++) {
            reversed[i] = bytes[to - 1 - i];
        }
        return new BigInteger(1, Arrays.copyOf(reversed, reversed.length));
    }
}
