package org.qkdmesh.cli.bench;

/**
 * What is asked of the nodes. A pair is one {@code enc_keys} of the master and the {@code dec_keys} of the slave for the
 * same keys.
 *
 * @param clients pairs that are under way at a time, at most
 * @param number keys in each request
 * @param sizeBits of each key
 * @param rate pairs per second, begun at fixed times whatever the answers do; 0 for as many as there can be
 */
record Load(int clients, int number, int sizeBits, double rate) {

    boolean isOpenLoop() {
        return rate > 0;
    }

    /** For people. */
    String describe() {
        return number + (number == 1 ? " key" : " keys") + " of " + sizeBits + " bit a request, "
                + (isOpenLoop() ? "open loop at " + rate + " pairs/s" : "closed loop");
    }

    Load withClients(int others) {
        return new Load(others, number, sizeBits, rate);
    }
}
