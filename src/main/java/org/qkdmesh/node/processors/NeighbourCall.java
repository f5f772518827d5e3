package org.qkdmesh.node.processors;

/**
 * What to ask a neighbour, apart from relays.
 *
 * @param contentType null where there is no body
 * @param body null for GET
 * @param hopsLeft for notices; null otherwise
 */
public record NeighbourCall(String method, String path, String contentType, byte[] body, Integer hopsLeft) {

    static NeighbourCall get(String path) {
        return new NeighbourCall("GET", path, null, null, null);
    }

    static NeighbourCall postJson(String path, byte[] body) {
        return new NeighbourCall("POST", path, "application/json; charset=UTF-8", body, null);
    }
}
