package org.qkdmesh.kme;

import java.util.Arrays;

/** Carries one HTTP call to one KME, over a connection whose far end was verified. Safe for use by several threads. */
@FunctionalInterface
public interface KmeCall {

    /** What came back; its body may hold keys, so it is erased by {@code close}. */
    record Answer(int status, byte[] body) implements AutoCloseable {

        @Override
        public void close() {
            Arrays.fill(body, (byte) 0);
        }

        @Override
        public String toString() {
            return "Answer[" + status + ", " + body.length + " bytes]";
        }
    }

    /**
     * @param method GET or POST
     * @param target path and query, percent-encoded
     * @param body JSON; empty with GET
     * @throws KmeFailure of kind {@code UNAVAILABLE} when there was no answer in time
     */
    Answer call(String method, String target, byte[] body);
}
