package org.qkdmesh.etsi020;

/** A message asks for something that the standard lets a receiver refuse with 503: it is understood, but not done here. */
public final class UnsupportedExtension extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public UnsupportedExtension(String message) {
        super(message, null, false, false);
    }
}
