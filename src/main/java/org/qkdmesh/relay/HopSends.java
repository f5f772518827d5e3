package org.qkdmesh.relay;

/**
 * The answers to one hop message over all times that it was sent. What an earlier send may have left somewhere, a later
 * refusal does not take back; so {@code kept: none} holds only if every send was so answered. Not safe for use by
 * several threads.
 */
public final class HopSends {

    private HopAnswer last = new HopAnswer.NotSent("not sent yet");
    private boolean keptNone = true;
    private long begunMicros;
    private long tookMicros;
    private HopTimes beyond = HopTimes.NONE;

    public void answered(HopAnswer answer) {
        last = answer;
        keptNone &= answer.keptNone();
    }

    /** The message is sent for the first time. */
    public void begun(long nowMicros) {
        begunMicros = nowMicros;
    }

    /** The last answer has come; the nodes beyond say how long they took for it. */
    public void ended(long nowMicros, HopTimes nodesBeyond) {
        tookMicros = nowMicros - begunMicros;
        beyond = nodesBeyond;
    }

    /** From the first send to the last answer, microseconds; 0 while there is none. */
    public long tookMicros() {
        return tookMicros;
    }

    /** What the nodes beyond say. */
    public HopTimes beyond() {
        return beyond;
    }

    /** What all sends together came to. */
    public HopAnswer outcome() {
        if (keptNone || last instanceof HopAnswer.Relayed) {
            return last;
        }
        if (last instanceof HopAnswer.Refused refused) {
            return new HopAnswer.Refused(refused.refusal().withKeptNone(false));
        }
        return last instanceof HopAnswer.NotSent notSent ? new HopAnswer.Unknown(notSent.why()) : last;
    }
}
