package org.qkdmesh.transport;

import io.vertx.core.http.HttpClient;
import java.net.URI;
import org.apache.camel.Consumer;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.support.DefaultEndpoint;

/** One path at one neighbour, to be called. */
final class MtlsEndpoint extends DefaultEndpoint {

    private final URI url;
    private final HttpClient client;

    MtlsEndpoint(String uri, MtlsComponent component, URI url, HttpClient client) {
        super(uri, component);
        this.url = url;
        this.client = client;
    }

    @Override
    public Producer createProducer() {
        return new MtlsProducer(this, url, client);
    }

    @Override
    public Consumer createConsumer(Processor processor) {
        throw new UnsupportedOperationException("mtls: makes calls; what is called is platform-http:");
    }
}
