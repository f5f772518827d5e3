package org.qkdmesh.transport;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Decodes the percent-encoding of a path segment or a query, strictly: what is not UTF-8 is an error. */
final class PercentCode {

    private PercentCode() {}

    static String decodeSegment(String text) {
        return decode(text, false);
    }

    /** In a query a plus is a blank, as HTML forms have it. */
    static String decodeQuery(String text) {
        return decode(text, true);
    }

    private static String decode(String text, boolean plusIsBlank) {
        if (text.indexOf('%') < 0 && !(plusIsBlank && text.indexOf('+') >= 0)) {
            return text;
        }
        ByteBuffer bytes = ByteBuffer.allocate(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '%') {
                bytes.put((byte) (hexDigit(text, i + 1) << 4 | hexDigit(text, i + 2)));
                i += 2;
            } else if (c > 0x7e || c < 0x20) {
                throw HttpRefusal.malformed("the request target holds a character that a URI cannot hold");
            } else {
                bytes.put((byte) (plusIsBlank && c == '+' ? ' ' : c));
            }
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString();
        } catch (CharacterCodingException e) {
            throw HttpRefusal.malformed("the percent-encoding of the request target is not UTF-8");
        }
    }

    private static int hexDigit(String text, int at) {
        int digit = at < text.length() ? Character.digit(text.charAt(at), 16) : -1;
        if (digit < 0) {
            throw HttpRefusal.malformed("the percent-encoding of the request target is broken");
        }
        return digit;
    }
}
