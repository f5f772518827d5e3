package org.qkdmesh.policy;

import org.qkdmesh.model.SaeId;

/**
 * Names one SAE, or with {@code *}, which stands for any characters or none, all whose ids have that form. Letters of
 * different case differ.
 */
public record SaePattern(String text) {

    private static final char WILDCARD = '*';

    /** @throws IllegalArgumentException when not even the id of an SAE could look like this */
    public SaePattern {
        new SaeId(text);
    }

    /** Whether it names one SAE only. */
    public boolean isExact() {
        return text.indexOf(WILDCARD) < 0;
    }

    public boolean matches(SaeId sae) {
        return matches(sae.text());
    }

    /** Whether it matches all that the other one matches. */
    public boolean covers(SaePattern other) {
        return matches(other.text);
    }

    /** Goes back to the last wildcard only, so that no pattern takes longer than the product of both lengths. */
    private boolean matches(String id) {
        int at = 0;
        int next = 0;
        int wildcard = -1;
        int resume = 0;
        while (next < id.length()) {
            if (at < text.length() && text.charAt(at) == WILDCARD) {
                wildcard = at++;
                resume = next;
            } else if (at < text.length() && text.charAt(at) == id.charAt(next)) {
                at++;
                next++;
            } else if (wildcard >= 0) {
                at = wildcard + 1;
                next = ++resume;
            } else {
                return false;
            }
        }
        while (at < text.length() && text.charAt(at) == WILDCARD) {
            at++;
        }
        return at == text.length();
    }

    @Override
    public String toString() {
        return text;
    }
}
