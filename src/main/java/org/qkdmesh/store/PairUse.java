package org.qkdmesh.store;

import org.qkdmesh.model.SaePair;

/**
 * What a pair of SAEs used, at one of its nodes.
 *
 * @param requests that got keys
 * @param keys that they got; one that was given again within the redelivery window counts once
 * @param bits of these keys together
 * @param refusals requests that got none
 */
public record PairUse(SaePair pair, Direction direction, long requests, long keys, long bits, long refusals) {

    /** How long it is remembered, days. */
    public static final int DAYS_KEPT = 400;

    /** Whose requests are counted. */
    public enum Direction {
        /** Those of the master, at its node. */
        GIVEN,
        /** Those of the slave, at its node. */
        FETCHED
    }

    /** One request that got so many keys. */
    public static PairUse of(SaePair pair, Direction direction, int keys, long bits) {
        return new PairUse(pair, direction, 1, keys, bits, 0);
    }

    /** What undoes this one. */
    public PairUse undone() {
        return new PairUse(pair, direction, -requests, -keys, -bits, -refusals);
    }

    /** No figure falls below zero: what is undone may have been counted the day before. */
    PairUse plus(PairUse more) {
        return new PairUse(
                pair,
                direction,
                Math.max(0, requests + more.requests),
                Math.max(0, keys + more.keys),
                Math.max(0, bits + more.bits),
                Math.max(0, refusals + more.refusals));
    }
}
