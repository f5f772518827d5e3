package org.qkdmesh.store;

import java.time.LocalDate;

/** What a pair of SAEs used on a day, in UTC by the wall clock. */
public record DayUse(LocalDate day, PairUse use) {}
