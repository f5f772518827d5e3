package org.qkdmesh.model;

import java.util.regex.Pattern;

/** The form that the standards give to the ids of SAEs and KMEs: 1 to 64 characters that RFC 3986 allows in a URI. */
final class UriText {

    private static final Pattern FORM =
            Pattern.compile("(?:[A-Za-z0-9\\-._~:/?#\\[\\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2}){1,64}");

    private UriText() {}

    static String checked(String kind, String text) {
        if (text == null || text.length() > 64 || !FORM.matcher(text).matches()) {
            throw new IllegalArgumentException(kind + " shall be 1 to 64 characters that RFC 3986 allows in a URI");
        }
        return text;
    }
}
