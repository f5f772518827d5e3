package org.qkdmesh.model;

/** The id of a secure application entity, unique over all connected networks. */
public record SaeId(String text) implements Comparable<SaeId> {

    /**
     * @throws IllegalArgumentException when {@code text} is not 1 to 64 characters that RFC 3986 allows in a URI
     */
    public SaeId {
        UriText.checked("SAE ID", text);
    }

    @Override
    public int compareTo(SaeId other) {
        return text.compareTo(other.text);
    }

    @Override
    public String toString() {
        return text;
    }
}
