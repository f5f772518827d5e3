package org.qkdmesh.model;

/** The id of a key management entity, the box at one end of a quantum link. */
public record KmeId(String text) implements Comparable<KmeId> {

    /**
     * @throws IllegalArgumentException when {@code text} is not 1 to 64 characters that RFC 3986 allows in a URI
     */
    public KmeId {
        UriText.checked("KME ID", text);
    }

    @Override
    public int compareTo(KmeId other) {
        return text.compareTo(other.text);
    }

    @Override
    public String toString() {
        return text;
    }
}
