package org.qkdmesh.etsi020;

/** A message asks for something that the standard lets a receiver refuse with 503: it is understood, but not done here. */
public final class UnsupportedExtension extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String detail;

    /** @param detail the name that the standard gives to the entry in the problem's details */
    public UnsupportedExtension(String detail, String message) {
        super(message, null, false, false);
        this.detail = detail;
    }

    public String detail() {
        return detail;
    }
}
