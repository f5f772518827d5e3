package org.qkdmesh.node.processors;

import java.net.URI;
import java.util.Map;
import org.qkdmesh.model.NodeId;

/** Where the neighbours are, as Camel endpoints: one for each neighbour and path, so that connections are shared. */
public final class NeighbourEndpoints {

    private final Map<NodeId, URI> urls;

    public NeighbourEndpoints(Map<NodeId, URI> urls) {
        this.urls = Map.copyOf(urls);
    }

    /** The bean name of the TLS settings for a neighbour. */
    public static String tlsBean(NodeId neighbour) {
        return "tls-" + neighbour.text();
    }

    /**
     * @throws IllegalArgumentException when this is no configured neighbour
     */
    String uri(NodeId neighbour, String path) {
        URI url = urls.get(neighbour);
        if (url == null) {
            throw new IllegalArgumentException(neighbour + " is no neighbour of this node");
        }
        String tls = "#" + tlsBean(neighbour);
        return url.resolve(path) + "?sslContextParameters=" + tls + "&x509HostnameVerifier=" + tls
                + "&throwExceptionOnFailure=false";
    }
}
