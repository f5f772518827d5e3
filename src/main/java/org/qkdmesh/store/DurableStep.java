package org.qkdmesh.store;

import java.util.Locale;

/**
 * What leaves something on the disk which the node's next steps, or its next start, build on: a transaction, or one of
 * the steps by which the key-encryption key is changed. Each has a name, so that tests can end a node right before it,
 * with nothing of it on disk, and right after, before anything follows from it.
 */
public enum DurableStep {
    /** The ids of an attempt are on disk; nothing has left yet. */
    INGRESS_INTENT,
    /** The attempt's intent became records, or a void, or nothing; the master has no answer yet. */
    INGRESS_DECISION,
    /** Keys that the master was not given are taken back: their records became a void. */
    INGRESS_TAKEN_BACK,
    /** Attempts of this run that nobody decided became voids. */
    INGRESS_OVERDUE,
    /** The keys of a message wait for their slave; the hop before has no answer yet. */
    EGRESS_STORED,
    /** A share of keys is there, and with the last one the keys wait for their slave; the hop before has no answer yet. */
    EGRESS_SHARE_STORED,
    /** Keys for two SAEs of this node wait for their slave; the master has no answer yet. */
    EGRESS_MADE,
    /** Keys are the slave's, and the word to their ingress is owed; the slave has no answer yet. */
    EGRESS_FETCHED,
    /** A notice of another node was acted on; it has no acknowledgement yet. */
    NOTICE_TAKEN,
    /** A notice of this node was acknowledged, and is owed no more. */
    NOTICE_SETTLED,
    /** The next sequence of this node's own advert is taken; nobody has heard of it. */
    ADVERT_NUMBERED,
    /** The sequences, or the homes of SAEs, that others told of are remembered, or forgotten. */
    ADVERT_LEARNT,
    /** This node has been found to be an old copy, and nothing finds any more what it must not use. */
    START_RESTORED,
    /** What earlier runs left undecided became voids. */
    START_VOIDED,
    /** What was past its expiry is removed. */
    STORE_SWEPT,
    /** What is in the files of the audit log is removed from the store. */
    AUDIT_EXPORTED,
    /** Some keys are removed on the operator's word, and the nodes that have to know are owed theirs. */
    ZEROISE_BEGUN,
    /** The next key-encryption key lies beside the one that holds. */
    KEK_DRAWN,
    /** Every data key is wrapped with the next key-encryption key, which holds from now on. */
    KEK_WRAPPED,
    /** The former key-encryption key is overwritten where it lay. */
    KEK_OVERWRITTEN,
    /** The key-encryption key that holds lies under its name. */
    KEK_REPLACED;

    /** As in {@code ingress.intent}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replaceFirst("_", ".");
    }
}
