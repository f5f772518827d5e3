package org.qkdmesh.config;

/** What the sizes and numbers of keys have to do with each other, for nodes and simulated KMEs alike. */
final class KeyChecks {

    static final int MIN_SIZE = 64;
    static final int MAX_SIZE = 1024;
    static final int DEFAULT_SIZE = 256;

    /** All keys of a request, in base64 and with their ids, go into one message of at most 1 MiB. */
    private static final long MAX_MESSAGE_BYTES = 1 << 20;

    private static final int BYTES_BESIDE_A_KEY = 128;

    private KeyChecks() {}

    static void check(Section keys, int defaultPerRequest) {
        int min = keys.number("min_size").orElse(MIN_SIZE);
        int max = keys.number("max_size").orElse(MAX_SIZE);
        int usual = keys.number("default_size").orElse(DEFAULT_SIZE);
        if (min > max) {
            keys.mistake("min_size", "expected max_size (" + max + ") or less, found " + min);
        } else if (usual < min || usual > max) {
            keys.mistake("default_size", "expected min_size (" + min + ") to max_size (" + max + "), found " + usual);
        }
        long number = keys.number("max_per_request").orElse(defaultPerRequest);
        if (number * (max / 6 + BYTES_BESIDE_A_KEY) > MAX_MESSAGE_BYTES) {
            keys.mistake(
                    "max_per_request",
                    number + " keys of max_size (" + max + ") do not fit into a message of 1 MiB, expected fewer");
        }
    }
}
