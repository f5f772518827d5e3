package org.qkdmesh.transport;

import org.qkdmesh.config.BindAddress;

/** A server could not open its port, most often because another process has it. The message names address and reason. */
public final class CannotListen extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient BindAddress address;

    CannotListen(BindAddress address, Throwable cause) {
        super("cannot listen on " + address + ": " + reason(cause), cause);
        this.address = address;
    }

    public BindAddress address() {
        return address;
    }

    private static String reason(Throwable cause) {
        return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }
}
