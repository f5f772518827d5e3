package org.qkdmesh.etsi014;

/** An answer of a KME that is not what the standard says. The message names the broken rule, never what was there. */
public final class MalformedAnswer extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public MalformedAnswer(String message) {
        super(message, null, false, false);
    }
}
