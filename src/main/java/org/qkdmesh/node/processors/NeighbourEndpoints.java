package org.qkdmesh.node.processors;

import java.net.URI;
import java.util.Map;
import org.qkdmesh.model.NodeId;

/**
 * Where the neighbours are, as Camel endpoints: one for each neighbour and path, so that connections are shared.
 *
 * @param urls scheme, host and port
 */
public record NeighbourEndpoints(Map<NodeId, URI> urls) {

    public NeighbourEndpoints {
        urls = Map.copyOf(urls);
    }

    /**
     * @throws IllegalArgumentException when this is no configured neighbour
     */
    String uri(NodeId neighbour, String path) {
        URI url = urls.get(neighbour);
        if (url == null) {
            throw new IllegalArgumentException(neighbour + " is no neighbour of this node");
        }
        return "mtls:" + url + path + "?tls=#" + BeanNames.tls(neighbour.text());
    }
}
