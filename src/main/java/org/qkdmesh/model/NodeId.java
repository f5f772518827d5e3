package org.qkdmesh.model;

/** The id of a trusted node. */
public record NodeId(String text) implements Comparable<NodeId> {

    /**
     * @throws IllegalArgumentException when {@code text} is not 1 to 64 characters that RFC 3986 allows in a URI
     */
    public NodeId {
        UriText.checked("node id", text);
    }

    @Override
    public int compareTo(NodeId other) {
        return text.compareTo(other.text);
    }

    @Override
    public String toString() {
        return text;
    }
}
