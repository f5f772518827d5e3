package org.qkdmesh.node.processors;

import org.apache.camel.Exchange;

/** x */
public final class KmeProcessors {
    public void writeKmeCall(Exchange exchange) {}
}
