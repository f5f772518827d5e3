package org.qkdmesh.etsi020;

/** A body that is not what the standard or our extension of it says. The message names the member and is safe to show. */
public final class MalformedMessage extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    public MalformedMessage(String message) {
        super(message);
    }
}
