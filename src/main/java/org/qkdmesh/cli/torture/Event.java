package org.qkdmesh.cli.torture;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;

/**
 * What one SAE saw of one key, or of one request that gave none. A line of the history.
 *
 * @param at when the answer came, or was given up, milliseconds since the run began
 * @param millis how long it took
 * @param sae who asked
 * @param peers of {@link Op#ENC} and {@link Op#LEFT} the slaves, of {@link Op#DEC} the master
 * @param request tells the keys of one answer from those of another
 * @param number keys that were asked for in this request
 * @param bits size that was asked for; 0 where none was
 * @param id the key's; empty where an {@link Op#ENC} gave none
 * @param sha256 of the key, in hex; empty without a key
 * @param keyBits size of the key that came; 0 without a key
 * @param note the status of an answer, or why there is none
 */
@JsonInclude(JsonInclude.Include.NON_DEFAULT)
record Event(
        long at,
        long millis,
        String sae,
        Op op,
        List<String> peers,
        long request,
        int number,
        int bits,
        String id,
        String sha256,
        int keyBits,
        Outcome outcome,
        String note) {

    /** What was done. */
    enum Op {
        /** A master asked for keys. */
        ENC,
        /** Somebody asked for a key by its id. */
        DEC,
        /** The slave leaves this key alone on purpose, so that it expires. */
        LEFT
    }

    /** What came of it, as far as the SAE can know. */
    enum Outcome {
        OK,
        /** Nothing was given, and later it may be: the answer says so, or there was no connection to ask over. */
        BUSY,
        /** An answer that gives nothing and will not. */
        REFUSED,
        /** No answer, or half of one: it may have been done or not. */
        UNKNOWN
    }

    Event {
        peers = List.copyOf(peers);
        id = id == null ? "" : id;
        sha256 = sha256 == null ? "" : sha256;
        note = note == null ? "" : note;
    }

    boolean isGiven() {
        return op == Op.ENC && outcome == Outcome.OK;
    }
}
