package org.qkdmesh.model;

import java.util.HexFormat;

/** The form that the standards give to the ids of SAEs and KMEs: 1 to 64 characters that RFC 3986 allows in a URI. */
final class UriText {

    private static final int MAX_LENGTH = 64;
    private static final String MARKS = "-._~:/?#[]@!$&'()*+,;=";

    private UriText() {}

    static String checked(String kind, String text) {
        if (text == null || text.isEmpty() || text.length() > MAX_LENGTH || !isAllowed(text)) {
            throw new IllegalArgumentException(kind + " shall be 1 to 64 characters that RFC 3986 allows in a URI");
        }
        return text;
    }

    private static boolean isAllowed(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean plain =
                    c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || MARKS.indexOf(c) >= 0;
            if (!plain) {
                boolean escaped = c == '%'
                        && i + 2 < text.length()
                        && HexFormat.isHexDigit(text.charAt(i + 1))
                        && HexFormat.isHexDigit(text.charAt(i + 2));
                if (!escaped) {
                    return false;
                }
                i += 2;
            }
        }
        return true;
    }
}
