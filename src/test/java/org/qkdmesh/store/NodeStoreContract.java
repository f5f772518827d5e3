package org.qkdmesh.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.qkdmesh.store.Rows.A_TO_B;
import static org.qkdmesh.store.Rows.A_TO_B_AND_C;
import static org.qkdmesh.store.Rows.A_TO_C;
import static org.qkdmesh.store.Rows.B;
import static org.qkdmesh.store.Rows.C;
import static org.qkdmesh.store.Rows.TN_1;
import static org.qkdmesh.store.Rows.TN_2;
import static org.qkdmesh.store.Rows.id;
import static org.qkdmesh.store.Rows.intent;
import static org.qkdmesh.store.Rows.notice;
import static org.qkdmesh.store.Rows.record;
import static org.qkdmesh.store.Rows.uuid;

import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.qkdmesh.model.AuditEvent;
import org.qkdmesh.model.NodeClock;
import org.qkdmesh.model.NodePath;
import org.qkdmesh.model.NoticeType;
import org.qkdmesh.model.Refusal;
import org.qkdmesh.model.SaeGroup;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.testing.ManualClock;

/** What every store keeps to. */
abstract class NodeStoreContract {

    private static final long LATER = Long.MAX_VALUE;

    final ManualClock clock = new ManualClock();
    NodeStore store;

    abstract NodeStore open(NodeClock clock);

    /** Ends this run and begins the next one on the same data. */
    abstract NodeStore reopen(NodeStore store, NodeClock clock);

    abstract void keepAudit(NodeStore store, int rows, boolean required, BooleanSupplier failing);

    private void keepAudit(NodeStore audited, int rows) {
        keepAudit(audited, rows, false, () -> false);
    }

    @BeforeEach
    void openStore() {
        store = open(clock);
    }

    @AfterEach
    void closeStore() {
        store.close();
    }

    private void run(Consumer<StoreTransaction> work) {
        store.transact(tx -> {
            work.accept(tx);
            return null;
        });
    }

    private void nextRun() {
        store = reopen(store, clock);
    }

    @Test
    void key_isFoundUntilItIsRemoved() {
        run(tx -> tx.putKey(Rows.key(1, A_TO_B, 17, LATER)));
        nextRun();
        run(tx -> {
            StoredKey key = tx.key(id(1), B).orElseThrow();
            assertThat(key.bytes().insecureAccess()).isEqualTo(Rows.bytes(1));
            assertThat(key.saes()).isEqualTo(SaeGroup.of(A_TO_B));
            assertThat(key.ingress()).isEqualTo(TN_1);
            assertThat(key.storedAt()).isEqualTo(17);
            assertThat(key.expiresAt()).isEqualTo(LATER);
            assertThat(tx.hasKey(id(1))).isTrue();
            assertThat(tx.hasKey(id(2))).isFalse();
            assertThat(tx.key(id(2), B)).isEmpty();
            tx.removeKey(id(1));
            tx.removeKey(id(2));
            assertThat(tx.key(id(1), B)).isEmpty();
        });
        nextRun();
        run(tx -> assertThat(tx.hasKey(id(1))).isFalse());
    }

    @Test
    void keyOfSeveralSlaves_isThereForEachUntilItsOwnCopyIsRemoved() {
        run(tx -> tx.putKey(Rows.key(1, A_TO_B_AND_C, 17, LATER)));
        nextRun();
        run(tx -> {
            assertThat(tx.key(id(1), B)).contains(Rows.key(1, A_TO_B_AND_C, 17, LATER));
            assertThat(tx.countKeys(A_TO_B)).isEqualTo(1);
            assertThat(tx.countKeys(A_TO_C)).isEqualTo(1);
            tx.removeKey(id(1), B);
            tx.removeKey(id(1), B);
        });
        run(tx -> {
            assertThat(tx.key(id(1), B)).isEmpty();
            assertThat(tx.key(id(1), C)).contains(Rows.key(1, A_TO_B_AND_C, 17, LATER));
            assertThat(tx.keyOwners(id(1))).contains(new KeyOwners(TN_1, A_TO_B_AND_C));
            assertThat(tx.countKeys()).isEqualTo(1);
            tx.removeKey(id(1), C);
            assertThat(tx.keyOwners(id(1))).isEmpty();
            assertThat(tx.hasKey(id(1))).isFalse();
        });
    }

    @Test
    void removeKey_withoutASlave_removesTheCopiesOfAll() {
        run(tx -> {
            tx.putKey(Rows.key(1, A_TO_B_AND_C, 0, LATER));
            tx.putKey(Rows.key(2, A_TO_C, 0, LATER));
            tx.removeKey(id(1));
        });
        run(tx -> {
            assertThat(tx.hasKey(id(1))).isFalse();
            assertThat(tx.countKeys(A_TO_B)).isZero();
            assertThat(tx.countKeys(A_TO_C)).isEqualTo(1);
        });
    }

    @Test
    void records_ofOneKey_areOneForEachSlave() {
        KeyRecord forC = new KeyRecord(id(1), A_TO_C, TN_1, LATER);
        run(tx -> {
            tx.putRecord(record(1, LATER));
            tx.putRecord(forC);
            tx.removeRecord(id(1), B);
        });
        run(tx -> {
            assertThat(tx.record(id(1), B)).isEmpty();
            assertThat(tx.record(id(1), C)).contains(forC);
        });
    }

    @Test
    void putKey_copiesTheBytes() {
        StoredKey key = Rows.key(1, A_TO_B, 0, LATER);
        run(tx -> tx.putKey(key));
        key.bytes().close();
        run(tx -> tx.key(id(1), B).orElseThrow().bytes().close());
        run(tx -> assertThat(tx.key(id(1), B).orElseThrow().bytes().insecureAccess())
                .isEqualTo(Rows.bytes(1)));
    }

    @Test
    void putKey_ofAnIdThatIsThere_isRefusedAndChangesNothing() {
        run(tx -> tx.putKey(Rows.key(1, A_TO_B, 0, LATER)));
        assertThatThrownBy(() -> run(tx -> {
                    tx.putKey(Rows.key(2, A_TO_B, 0, LATER));
                    tx.putKey(Rows.key(1, A_TO_C, 0, LATER));
                }))
                .isInstanceOf(IllegalStateException.class);
        run(tx -> {
            assertThat(tx.key(id(1), B)).isPresent();
            assertThat(tx.key(id(1), C)).isEmpty();
            assertThat(tx.hasKey(id(2))).isFalse();
        });
    }

    @Test
    void putKey_ofAnIdThatExpired_takesItsPlace() {
        run(tx -> tx.putKey(Rows.key(1, A_TO_B, 0, 10)));
        clock.advance(Duration.ofMillis(10));
        run(tx -> tx.putKey(Rows.key(1, A_TO_C, 0, LATER)));
        run(tx -> assertThat(tx.key(id(1), C)).isPresent());
    }

    @Test
    void key_expiresAtItsAge_beforeAnybodySweeps() {
        run(tx -> tx.putKey(Rows.key(1, A_TO_B, 0, 100)));
        clock.advance(Duration.ofMillis(99));
        run(tx -> assertThat(tx.hasKey(id(1))).isTrue());
        clock.advance(Duration.ofMillis(1));
        run(tx -> {
            assertThat(tx.hasKey(id(1))).isFalse();
            assertThat(tx.key(id(1), B)).isEmpty();
            assertThat(tx.countKeys(A_TO_B)).isZero();
            assertThat(tx.countKeys()).isZero();
        });
    }

    @Test
    void countKeys_countsUnexpiredOnesOfThePair() {
        run(tx -> {
            tx.putKey(Rows.key(1, A_TO_B, 0, LATER));
            tx.putKey(Rows.key(2, A_TO_B, 0, LATER));
            tx.putKey(Rows.key(3, A_TO_B, 0, 5));
            tx.putKey(Rows.key(4, A_TO_C, 0, LATER));
            assertThat(tx.countKeys(A_TO_B)).isEqualTo(3);
        });
        clock.advance(Duration.ofMillis(5));
        run(tx -> {
            assertThat(tx.countKeys(A_TO_B)).isEqualTo(2);
            assertThat(tx.countKeys(A_TO_C)).isEqualTo(1);
            assertThat(tx.countKeys()).isEqualTo(3);
            tx.removeKey(id(2));
            assertThat(tx.countKeys(A_TO_B)).isEqualTo(1);
        });
    }

    @Test
    void removeKeysStoredBefore_sparesWhatCameAtThatAge() {
        run(tx -> {
            tx.putKey(Rows.key(1, A_TO_B, 9, LATER));
            tx.putKey(Rows.key(2, A_TO_B, 10, LATER));
            assertThat(tx.removeKeysStoredBefore(10)).isEqualTo(1);
            assertThat(tx.hasKey(id(1))).isFalse();
            assertThat(tx.hasKey(id(2))).isTrue();
        });
    }

    @Test
    void droppedKeys_areNotFoundAnyMore_andRemovedInSteps_thoseOfLaterStay() {
        run(tx -> {
            for (int i = 0; i < 5; i++) {
                tx.putKey(Rows.key(i, A_TO_B, 9, LATER));
            }
            tx.keepFetched(id(4), B, LATER);
            tx.putKey(Rows.key(5, A_TO_B, 10, LATER));
        });
        run(tx -> assertThat(tx.dropKeysStoredBefore(10)).isEqualTo(6));
        nextRun();
        run(tx -> {
            assertThat(tx.key(id(0), B)).isEmpty();
            assertThat(tx.fetchedKey(id(4), B)).isEmpty();
            assertThat(tx.hasKey(id(0)) || tx.hasKey(id(4))).isFalse();
            assertThat(tx.keyOwners(id(0))).isEmpty();
            assertThat(tx.waitingKeys(9)).extracting(WaitingKey::id).containsExactly(id(5));
            assertThat(tx.countKeys()).isEqualTo(1);
            assertThat(tx.countKeys(A_TO_B)).isEqualTo(1);
            assertThat(tx.hasRoom(A_TO_B, 1, 2)).isTrue();
            tx.putKey(Rows.key(0, A_TO_B, 11, LATER));
            assertThat(tx.removeExpired(2)).isEqualTo(new Removed(0, 2));
        });
        nextRun();
        run(tx -> {
            assertThat(tx.countKeys()).isEqualTo(2);
            assertThat(tx.removeExpired(9)).isEqualTo(new Removed(0, 2));
            assertThat(tx.tallies())
                    .containsExactly(new Tally(Tally.Kind.WAITING, Optional.empty(), Optional.of(A_TO_B), 2, 2));
            tx.putKey(Rows.key(1, A_TO_B, 9, LATER));
            assertThat(tx.hasKey(id(1))).as("what is dropped is removed").isTrue();
        });
    }

    @Test
    void incompleteKeys_areNoKeysYet_butCountAsSuch_andAreReplacedAndRemovedWhole() {
        run(tx -> tx.putIncompleteKey(Rows.incomplete(1, A_TO_B_AND_C, 17, 99, LATER)));
        nextRun();
        run(tx -> {
            assertThat(tx.hasKey(id(1))).isFalse();
            assertThat(tx.key(id(1), B)).isEmpty();
            assertThat(tx.keyOwners(id(1))).isEmpty();
            assertThat(tx.countKeys()).isZero();
            assertThat(tx.waitingKeys(9)).isEmpty();
            assertThat(List.of(tx.countKeys(A_TO_B), tx.countKeys(A_TO_C))).containsExactly(1, 1);
            assertThat(tx.hasRoom(A_TO_C, 1, 1)).isFalse();
            assertThat(tx.tallies())
                    .containsExactlyInAnyOrder(
                            new Tally(Tally.Kind.INCOMPLETE, Optional.empty(), Optional.of(A_TO_B), 1, 1),
                            new Tally(Tally.Kind.INCOMPLETE, Optional.empty(), Optional.of(A_TO_C), 1, 1));
            IncompleteKey key = tx.incompleteKey(id(1)).orElseThrow();
            assertThat(key).isEqualTo(Rows.incomplete(1, A_TO_B_AND_C, 17, 99, LATER));
            IncompleteKey more =
                    new IncompleteKey(Rows.key(2, A_TO_B_AND_C, 17, 50), key.set(), key.shares(), 3, key.completeBy());
            tx.putIncompleteKey(new IncompleteKey(
                    new StoredKey(id(1), A_TO_B_AND_C, TN_1, more.soFar().bytes(), 17, LATER),
                    key.set(),
                    key.shares(),
                    3,
                    99));
            assertThat(tx.incompleteKey(id(1)).orElseThrow().taken()).isEqualTo(3);
            assertThat(tx.incompleteKey(id(1)).orElseThrow().soFar().bytes())
                    .isEqualTo(more.soFar().bytes());
            assertThat(tx.countKeys(A_TO_B)).isEqualTo(1);
            tx.removeIncompleteKey(TN_2, id(1));
            assertThat(tx.incompleteKey(id(1))).isPresent();
            tx.removeIncompleteKey(TN_1, id(1));
            assertThat(tx.incompleteKey(id(1))).isEmpty();
            assertThat(tx.hasTombstone(TN_1, id(1))).isFalse();
            assertThat(tx.countKeys(A_TO_C)).isZero();
        });
    }

    @Test
    void incompleteKeys_thatAreLate_areThereUntilTheyAreRemoved_andLeaveTombstones() {
        run(tx -> {
            tx.putIncompleteKey(Rows.incomplete(1, A_TO_B_AND_C, 0, 100, 1_000));
            tx.putIncompleteKey(Rows.incomplete(2, A_TO_B_AND_C, 0, 101, 1_000));
        });
        clock.advance(Duration.ofMillis(100));
        run(tx -> assertThat(tx.incompleteKey(id(1))).isPresent());
        run(tx -> assertThat(tx.removeExpired(9)).isEqualTo(new Removed(0, 2)));
        run(tx -> {
            assertThat(tx.incompleteKey(id(1))).isEmpty();
            assertThat(tx.incompleteKey(id(2))).isPresent();
            assertThat(tx.hasTombstone(TN_1, id(1))).isTrue();
            assertThat(tx.countTombstones(TN_1)).isEqualTo(1);
        });
        clock.advance(Duration.ofMillis(900));
        run(tx -> assertThat(tx.hasTombstone(TN_1, id(1))).isFalse());
    }

    @Test
    void incompleteKeys_goWithTheOthers_whenKeysAreDroppedOrDestroyed() {
        run(tx -> {
            tx.putIncompleteKey(Rows.incomplete(1, SaeGroup.of(A_TO_B), 9, LATER, LATER));
            tx.putIncompleteKey(Rows.incomplete(2, SaeGroup.of(A_TO_B), 10, LATER, LATER));
            tx.dropKeysStoredBefore(10);
        });
        run(tx -> assertThatThrownBy(() -> tx.incompleteKey(id(1))).isInstanceOf(StoreFailure.class));
        run(tx -> {
            assertThat(tx.countKeys(A_TO_B)).isEqualTo(1);
            assertThat(tx.removeExpired(9)).isEqualTo(new Removed(0, 1));
            assertThat(tx.incompleteKey(id(1))).isEmpty();
        });
        assertThat(store.<Integer>destroyKeys(tx -> tx.removeKeysStoredBefore(Long.MAX_VALUE)))
                .isEqualTo(1);
        run(tx -> assertThat(tx.tallies()).isEmpty());
    }

    @Test
    void incompleteKeys_thatAreRemovedInTime_leaveTombstonesAsWell() {
        run(tx -> tx.putIncompleteKey(Rows.incomplete(1, A_TO_B_AND_C, 9, LATER, LATER)));
        run(tx -> assertThat(tx.removeIncompleteKeys(9))
                .containsExactlyInAnyOrder(
                        new WaitingKey(id(1), A_TO_B, TN_1, LATER), new WaitingKey(id(1), A_TO_C, TN_1, LATER)));
        run(tx -> {
            assertThat(tx.incompleteKey(id(1))).isEmpty();
            assertThat(tx.hasTombstone(TN_1, id(1))).isTrue();
            assertThat(tx.removeIncompleteKeys(9)).isEmpty();
        });
    }

    @Test
    void dropKeys_whenTheWorkThrows_dropsNone() {
        run(tx -> tx.putKey(Rows.key(1, A_TO_B, 9, LATER)));
        Refusal refusal = Refusal.badRequest("no");
        assertThatThrownBy(() -> run(tx -> {
                    tx.dropKeysStoredBefore(10);
                    throw refusal;
                }))
                .isSameAs(refusal);
        run(tx -> assertThat(tx.hasKey(id(1))).isTrue());
    }

    @Test
    void uses_addUpByDayPairAndDirection_andAreForgottenAfterFourHundredDays() {
        LocalDate first = LocalDate.ofInstant(clock.wall(), ZoneOffset.UTC);
        PairUse given = PairUse.of(A_TO_B, PairUse.Direction.GIVEN, 3, 768);
        run(tx -> {
            tx.addUse(given);
            tx.addUse(given);
            tx.addUse(given.undone());
            tx.addUse(new PairUse(A_TO_B, PairUse.Direction.GIVEN, 0, 0, 0, 2));
            tx.addUse(PairUse.of(A_TO_B, PairUse.Direction.FETCHED, 1, 256));
            tx.addUse(PairUse.of(A_TO_C, PairUse.Direction.GIVEN, 5, 1280));
        });
        nextRun();
        run(tx -> {
            assertThat(tx.keysGivenToday(A_TO_B)).isEqualTo(3);
            assertThat(tx.keysGivenToday(A_TO_C)).isEqualTo(5);
        });
        clock.advance(Duration.ofDays(1));
        run(tx -> {
            assertThat(tx.keysGivenToday(A_TO_B)).isZero();
            tx.addUse(given);
            assertThat(tx.keysGivenToday(A_TO_B)).isEqualTo(3);
            assertThat(tx.uses(first, first, 9))
                    .containsExactly(
                            new DayUse(first, PairUse.of(A_TO_B, PairUse.Direction.FETCHED, 1, 256)),
                            new DayUse(first, new PairUse(A_TO_B, PairUse.Direction.GIVEN, 1, 3, 768, 2)),
                            new DayUse(first, PairUse.of(A_TO_C, PairUse.Direction.GIVEN, 5, 1280)));
            assertThat(tx.uses(first, first.plusDays(1), 2)).hasSize(2);
        });
        clock.advance(Duration.ofDays(PairUse.DAYS_KEPT));
        run(tx -> {
            assertThat(tx.removeExpired(2).rows()).isEqualTo(2);
            assertThat(tx.removeExpired(9).rows()).isEqualTo(1);
            assertThat(tx.uses(first, first.plusDays(9), 9)).containsExactly(new DayUse(first.plusDays(1), given));
        });
    }

    @Test
    void useThatIsUndoneAfterMidnight_leavesNothingBelowZero() {
        PairUse given = PairUse.of(A_TO_B, PairUse.Direction.GIVEN, 3, 768);
        run(tx -> tx.addUse(given));
        clock.advance(Duration.ofDays(1));
        run(tx -> {
            tx.addUse(given.undone());
            assertThat(tx.keysGivenToday(A_TO_B)).isZero();
            tx.addUse(PairUse.of(A_TO_B, PairUse.Direction.GIVEN, 1, 256));
            tx.addUse(given.undone());
            assertThat(tx.keysGivenToday(A_TO_B)).isZero();
            tx.addUse(given);
        });
        LocalDate today = LocalDate.ofInstant(clock.wall(), ZoneOffset.UTC);
        run(tx -> assertThat(tx.uses(today, today, 9)).containsExactly(new DayUse(today, given)));
    }

    @Test
    void auditEvents_areKeptOnlyIfSomebodyWantsThem_andGoWithATransactionThatThrows() {
        AuditEvent event = AuditEvent.of(AuditEvent.What.STORED)
                .saes(A_TO_B_AND_C)
                .path(NodePath.of(TN_1, TN_2))
                .with("why", "a \"test\"")
                .keys(List.of(id(1), id(2)), 32);
        run(tx -> tx.audit(event));
        run(tx -> assertThat(tx.auditRows(9)).isEmpty());
        keepAudit(store, 3);
        Refusal refusal = Refusal.badRequest("no");
        assertThatThrownBy(() -> run(tx -> {
                    tx.audit(event);
                    throw refusal;
                }))
                .isSameAs(refusal);
        clock.advance(Duration.ofSeconds(1));
        run(tx -> tx.audit(event));
        nextRun();
        run(tx -> assertThat(tx.auditRows(9))
                .containsExactly(new AuditRow(
                        1,
                        clock.wall().toEpochMilli(),
                        "{\"event\":\"stored\",\"master\":\"sae-a\",\"slaves\":[\"sae-b\",\"sae-c\"],"
                                + "\"path\":[\"tn-1\",\"tn-2\"],\"why\":\"a \\\"test\\\"\",\"bits\":256}",
                        List.of(id(1), id(2)))));
    }

    @Test
    void whereAnAuditIsRequiredThatCanNotBeWritten_noKeyMoves_andWhatDoesNotMoveAnyGoesOn() {
        AtomicBoolean failing = new AtomicBoolean(true);
        keepAudit(store, 3, true, failing::get);
        assertThatThrownBy(() -> run(tx -> {
                    tx.putKey(Rows.key(1, A_TO_B, 0, LATER));
                    tx.audit(AuditEvent.of(AuditEvent.What.STORED));
                }))
                .isInstanceOfSatisfying(
                        StoreFailure.class, e -> assertThat(e.isOutcomeKnown()).isTrue());
        run(tx -> {
            assertThat(tx.hasKey(id(1))).isFalse();
            tx.audit(AuditEvent.of(AuditEvent.What.VOIDED));
        });
        failing.set(false);
        run(tx -> tx.audit(AuditEvent.of(AuditEvent.What.STORED)));
        run(tx -> assertThat(tx.auditRows(9)).hasSize(2));
    }

    @Test
    void whereAnAuditIsRequiredThatHasNoRoom_noKeyMoves_andWhatDoesNotMoveAnyGoesOn() {
        keepAudit(store, 2, true, () -> false);
        run(tx -> tx.audit(AuditEvent.of(AuditEvent.What.STORED)));
        run(tx -> tx.audit(AuditEvent.of(AuditEvent.What.VOIDED)));
        for (AuditEvent.What what : AuditEvent.What.values()) {
            if (what.movesKeys()) {
                assertThatThrownBy(() -> run(tx -> {
                            tx.putKey(Rows.key(1, A_TO_B, 0, LATER));
                            tx.audit(AuditEvent.of(what));
                        }))
                        .as(what.toString())
                        .isInstanceOfSatisfying(StoreFailure.class, e -> assertThat(e.isOutcomeKnown())
                                .isTrue());
            } else {
                run(tx -> tx.audit(AuditEvent.of(what)));
            }
        }
        run(tx -> {
            assertThat(tx.hasKey(id(1))).isFalse();
            assertThat(tx.auditRows(9)).hasSize(2);
            tx.auditExported(new AuditExport(2, 2, "h2"));
        });
        run(tx -> tx.audit(AuditEvent.of(AuditEvent.What.GIVEN)));
        run(tx -> assertThat(tx.auditRows(9)).hasSize(1));
    }

    @Test
    void keysThatAStoreRemovesByItself_areToldOfInTheAudit() {
        keepAudit(store, 9);
        run(tx -> {
            tx.putKey(Rows.key(1, A_TO_B, 0, 10));
            tx.putKey(Rows.key(2, A_TO_C, 0, 10));
            tx.putKey(Rows.key(3, A_TO_B, 0, LATER));
            tx.putRecord(record(4, 10));
        });
        clock.advance(Duration.ofMillis(10));
        run(tx -> {
            tx.removeExpired(9);
            tx.dropKeysStoredBefore(1);
            tx.removeExpired(9);
            assertThat(tx.auditRows(9))
                    .extracting(AuditRow::json)
                    .containsExactlyInAnyOrder(
                            "{\"event\":\"expired\",\"master\":\"sae-a\",\"slaves\":[\"sae-b\"]}",
                            "{\"event\":\"expired\",\"master\":\"sae-a\",\"slaves\":[\"sae-c\"]}",
                            "{\"event\":\"dropped\",\"master\":\"sae-a\",\"slaves\":[\"sae-b\"]}");
            assertThat(tx.auditRows(9)).flatExtracting(AuditRow::keyIds).containsExactlyInAnyOrder(id(1), id(2), id(3));
        });
    }

    @Test
    void auditEvents_areCountedOn_whereverTheFilesAre_andAreNoMoreThanMayBe() {
        keepAudit(store, 3);
        for (int i = 0; i < 5; i++) {
            run(tx -> tx.audit(AuditEvent.of(AuditEvent.What.MADE)));
        }
        run(tx -> {
            assertThat(tx.auditRows(9)).extracting(AuditRow::number).containsExactly(1L, 2L, 3L);
            assertThat(tx.auditRows(2)).hasSize(2);
            assertThat(tx.auditExport()).isEqualTo(AuditExport.NONE);
            tx.auditExported(new AuditExport(2, 17, "h17"));
            tx.audit(AuditEvent.of(AuditEvent.What.MADE));
        });
        nextRun();
        keepAudit(store, 3);
        run(tx -> {
            assertThat(tx.auditRows(9)).extracting(AuditRow::number).containsExactly(3L, 4L);
            assertThat(tx.auditExport()).isEqualTo(new AuditExport(2, 17, "h17"));
            tx.auditExported(new AuditExport(100, 120, "h120"));
            assertThat(tx.auditRows(9)).isEmpty();
            tx.audit(AuditEvent.of(AuditEvent.What.MADE));
            assertThat(tx.auditRows(9)).extracting(AuditRow::number).containsExactly(101L);
        });
    }

    @Test
    void waitingKeys_areThoseThatAreThere_butForTheirBytes() {
        run(tx -> {
            tx.putKey(Rows.key(1, A_TO_B, 1, LATER));
            tx.putKey(Rows.key(2, A_TO_B, 1, 5));
            tx.putKey(Rows.key(3, A_TO_B, 1, LATER));
        });
        nextRun();
        run(tx -> {
            StoredKey one = Rows.key(1, A_TO_B, 1, LATER);
            assertThat(tx.waitingKeys(9))
                    .hasSize(2)
                    .contains(new WaitingKey(one.id(), A_TO_B, one.ingress(), one.expiresAt()));
            assertThat(tx.waitingKeys(1)).hasSize(1);
        });
    }

    @Test
    void destroyedKeys_areGone_andNewOnesAreKept() {
        run(tx -> {
            tx.putKey(Rows.key(1, A_TO_B, 1, LATER));
            tx.putRecord(record(1, LATER));
        });
        int destroyed = store.destroyKeys(tx -> tx.removeKeysStoredBefore(Long.MAX_VALUE));
        assertThat(destroyed).isEqualTo(1);
        run(tx -> tx.putKey(Rows.key(2, A_TO_B, 1, LATER)));
        nextRun();
        run(tx -> {
            assertThat(tx.hasKey(id(1))).isFalse();
            assertThat(tx.record(id(1), B)).isPresent();
            assertThat(tx.key(id(2), B)).isPresent();
        });
    }

    @Test
    void fetchedKey_isFoundByItsSlaveAlone_untilItsEnd_overARestartAndAJumpOfTheWallClock() {
        run(tx -> {
            tx.putKey(Rows.key(1, A_TO_B_AND_C, 17, LATER));
            tx.keepFetched(id(1), B, 5_000);
        });
        clock.shiftWall(Duration.ofDays(-1));
        nextRun();
        clock.shiftWall(Duration.ofDays(1));
        run(tx -> {
            assertThat(tx.key(id(1), B)).isEmpty();
            assertThat(tx.fetchedKey(id(1), C)).isEmpty();
            assertThat(tx.key(id(1), C)).isPresent();
            StoredKey kept = tx.fetchedKey(id(1), B).orElseThrow();
            assertThat(kept.bytes().insecureAccess()).isEqualTo(Rows.bytes(1));
            assertThat(kept.saes()).isEqualTo(A_TO_B_AND_C);
            assertThat(kept.storedAt()).isEqualTo(17);
            assertThat(kept.expiresAt()).isEqualTo(5_000);
            assertThat(tx.waitingKeys(9)).hasSize(1);
            tx.removeKey(id(1), C);
            assertThat(tx.hasKey(id(1))).isTrue();
            assertThat(tx.keyOwners(id(1))).contains(new KeyOwners(TN_1, A_TO_B_AND_C));
            assertThat(tx.countKeys(A_TO_B)).isEqualTo(1);
            assertThatThrownBy(() -> tx.putKey(Rows.key(1, A_TO_C, 0, LATER)))
                    .isInstanceOf(IllegalStateException.class);
        });
        clock.advance(Duration.ofSeconds(5));
        run(tx -> {
            assertThat(tx.fetchedKey(id(1), B)).isEmpty();
            assertThat(tx.hasKey(id(1))).isFalse();
            assertThat(tx.countKeys(A_TO_B)).isZero();
            assertThat(tx.removeExpired(9)).isEqualTo(new Removed(0, 1));
            assertThat(tx.tallies()).isEmpty();
        });
    }

    @Test
    void fetchedKey_livesNoLongerThanTheKey_andGoesWithTheOthersOfItsIdOrAge() {
        run(tx -> {
            tx.putKey(Rows.key(1, A_TO_B, 0, 100));
            tx.putKey(Rows.key(2, A_TO_B, 0, LATER));
            tx.putKey(Rows.key(3, A_TO_B, 0, LATER));
            for (int i = 1; i <= 3; i++) {
                tx.keepFetched(id(i), B, 5_000);
            }
            assertThat(tx.fetchedKey(id(1), B).orElseThrow().expiresAt()).isEqualTo(100);
            tx.removeKey(id(2));
            assertThat(tx.fetchedKey(id(2), B)).isEmpty();
            assertThat(tx.tallies())
                    .containsExactly(new Tally(Tally.Kind.FETCHED, Optional.empty(), Optional.of(A_TO_B), 2, 2));
            assertThat(tx.removeKeysStoredBefore(1)).isEqualTo(2);
            assertThat(tx.hasKey(id(3))).isFalse();
        });
    }

    @Test
    void hasRoom_countsWhatLives() {
        run(tx -> {
            tx.putKey(Rows.key(1, A_TO_B, 0, 5));
            tx.putKey(Rows.key(2, A_TO_B, 0, LATER));
            assertThat(tx.hasRoom(A_TO_B, 1, 3)).isTrue();
            assertThat(tx.hasRoom(A_TO_B, 2, 3)).isFalse();
            assertThat(tx.hasRoom(A_TO_C, 3, 3)).isTrue();
        });
        clock.advance(Duration.ofMillis(5));
        run(tx -> {
            assertThat(tx.hasRoom(A_TO_B, 2, 3)).isTrue();
            assertThat(tx.hasRoom(A_TO_B, 3, 3)).isFalse();
        });
    }

    @Test
    void removeExpired_removesNoMoreThanItMay_andTheRestNextTime() {
        run(tx -> {
            for (int i = 0; i < 5; i++) {
                tx.putKey(Rows.key(i, A_TO_B, 0, 10));
                tx.putRecord(record(i, 10));
            }
        });
        clock.advance(Duration.ofMillis(10));
        run(tx -> {
            assertThat(tx.removeExpired(3)).isEqualTo(new Removed(3, 0));
            assertThat(tx.removeExpired(3)).isEqualTo(new Removed(2, 1));
            assertThat(tx.removeExpired(10)).isEqualTo(new Removed(0, 4));
            assertThat(tx.tallies()).isEmpty();
        });
    }

    @Test
    void record_isFoundUntilRemovedOrExpired() {
        run(tx -> {
            tx.putRecord(record(1, LATER));
            tx.putRecord(record(2, 50));
        });
        nextRun();
        run(tx -> {
            assertThat(tx.record(id(1), B)).contains(record(1, LATER));
            assertThat(tx.record(id(2), B)).isEmpty();
            assertThat(tx.countRecords()).isEqualTo(1);
            tx.putRecord(record(1, LATER - 1));
            assertThat(tx.record(id(1), B)).contains(record(1, LATER - 1));
            assertThat(tx.countRecords()).isEqualTo(1);
            tx.removeRecord(id(1), B);
            assertThat(tx.record(id(1), B)).isEmpty();
            assertThat(tx.countRecords()).isZero();
        });
    }

    @Test
    void intents_areListedInTheOrderTheyWereMade() {
        run(tx -> {
            tx.putIntent(intent(9, 1, LATER));
            tx.putIntent(intent(3, 1, 20));
            tx.putIntent(intent(5, 2, LATER));
        });
        run(tx -> assertThat(tx.intents()).containsExactly(intent(9, 1, LATER), intent(3, 1, 20), intent(5, 2, LATER)));
        nextRun();
        run(tx -> {
            assertThat(tx.intents()).containsExactly(intent(9, 1, LATER), intent(5, 2, LATER));
            assertThat(tx.intent(uuid(9))).contains(intent(9, 1, LATER));
            assertThat(tx.intent(uuid(3))).isEmpty();
            tx.removeIntent(uuid(9));
            assertThat(tx.intents()).containsExactly(intent(5, 2, LATER));
        });
    }

    @Test
    void notices_areListedOldestFirst_andTheNodesThatAreOwedSome() {
        run(tx -> {
            tx.putNotice(notice(7, TN_1, LATER));
            tx.putNotice(notice(2, TN_2, 20));
            tx.putNotice(notice(5, TN_1, LATER));
            tx.putNotice(notice(4, TN_2, LATER));
            OutboxNotice like = notice(8, TN_1, LATER);
            tx.putNotice(new OutboxNotice(
                    like.id(), NoticeType.DELIVERED, TN_1, like.pair(), like.keyIds(), like.madeAt(), LATER));
            assertThat(tx.countNotices(TN_2)).isEqualTo(2);
        });
        nextRun();
        run(tx -> {
            assertThat(tx.nodesOwed()).containsExactly(TN_1, TN_2);
            assertThat(tx.hasNotice(uuid(2))).as("its time is over").isFalse();
            assertThat(tx.notices(TN_1, NoticeType.VOID, 1)).containsExactly(notice(7, TN_1, LATER));
            assertThat(tx.notices(TN_1, NoticeType.VOID, 9))
                    .containsExactly(notice(7, TN_1, LATER), notice(5, TN_1, LATER));
            assertThat(tx.notices(TN_2, NoticeType.VOID, 9)).containsExactly(notice(4, TN_2, LATER));
            assertThat(tx.countNotices(TN_2)).isEqualTo(1);
            assertThat(tx.notices(TN_1, NoticeType.DELIVERED, 9))
                    .extracting(OutboxNotice::id)
                    .containsExactly(uuid(8));
            assertThat(tx.hasNotice(uuid(8))).isTrue();
            tx.removeNotice(uuid(8));
            assertThat(tx.hasNotice(uuid(8))).isFalse();
            tx.removeNotice(uuid(7));
            assertThat(tx.countNotices(TN_1)).isEqualTo(1);
            tx.removeNotice(uuid(5));
            assertThat(tx.nodesOwed()).containsExactly(TN_2);
        });
    }

    @Test
    void tombstones_areThoseOfOneOriginAndId() {
        run(tx -> {
            tx.putTombstone(TN_1, id(1), LATER);
            tx.putTombstone(TN_1, id(2), 20);
            tx.putTombstone(TN_1, id(1), LATER);
            assertThat(tx.countTombstones(TN_1)).isEqualTo(2);
        });
        nextRun();
        run(tx -> {
            assertThat(tx.hasTombstone(TN_1, id(1))).isTrue();
            assertThat(tx.hasTombstone(TN_2, id(1))).isFalse();
            assertThat(tx.hasTombstone(TN_1, id(2))).isFalse();
            assertThat(tx.countTombstones(TN_1)).isEqualTo(1);
            assertThat(tx.countTombstones(TN_2)).isZero();
        });
    }

    @Test
    void homes_areKeptPerSaeUntilRemoved() {
        SaeId a = new SaeId("sae-a");
        SaeId b = new SaeId("sae-b");
        run(tx -> {
            tx.putHome(new SaeHome(b, TN_1, 3));
            tx.putHome(new SaeHome(a, TN_1, 3));
            tx.putHome(new SaeHome(b, TN_2, 4));
        });
        nextRun();
        run(tx -> {
            assertThat(tx.homes()).containsExactly(new SaeHome(a, TN_1, 3), new SaeHome(b, TN_2, 4));
            tx.removeHome(a);
            assertThat(tx.homes()).containsExactly(new SaeHome(b, TN_2, 4));
        });
    }

    @Test
    void sequences_areKeptPerNodeUntilRemoved() {
        run(tx -> {
            tx.putSequence(new Sequence(TN_2, 7, 1, "jws 7"));
            tx.putSequence(new Sequence(TN_1, 8, 1, "jws 8"));
            tx.putSequence(new Sequence(TN_2, 9, 2, "jws 9"));
        });
        nextRun();
        run(tx -> {
            assertThat(tx.sequence(TN_2)).contains(new Sequence(TN_2, 9, 2, "jws 9"));
            assertThat(tx.sequences())
                    .containsExactly(new Sequence(TN_1, 8, 1, "jws 8"), new Sequence(TN_2, 9, 2, "jws 9"));
            tx.removeSequence(TN_2);
            assertThat(tx.sequence(TN_2)).isEmpty();
        });
    }

    @Test
    void removeExpired_removesWhatIsPastItsExpiry_andCountsIt() {
        run(tx -> {
            for (int i = 0; i < 2; i++) {
                long expiresAt = i == 0 ? 10 : LATER;
                tx.putKey(Rows.key(i, A_TO_B, 0, expiresAt));
                tx.putRecord(record(i, expiresAt));
                tx.putIntent(intent(i, 0, expiresAt));
                tx.putNotice(notice(i, TN_1, expiresAt));
                tx.putTombstone(TN_1, id(i), expiresAt);
            }
            tx.putHome(new SaeHome(A_TO_B.slave(), TN_1, 0));
            assertThat(tx.removeExpired(1_000)).isEqualTo(new Removed(0, 0));
        });
        clock.advance(Duration.ofMillis(10));
        run(tx -> assertThat(tx.removeExpired(1_000)).isEqualTo(new Removed(1, 4)));
        run(tx -> {
            assertThat(tx.removeExpired(1_000)).isEqualTo(new Removed(0, 0));
            assertThat(tx.countKeys() + tx.countRecords() + tx.countNotices(TN_1) + tx.countTombstones(TN_1))
                    .isEqualTo(4);
            assertThat(tx.intents()).hasSize(1);
            assertThat(tx.homes()).hasSize(1);
        });
    }

    @Test
    void transact_whenTheWorkThrows_changesNothing() {
        run(tx -> {
            tx.putKey(Rows.key(1, A_TO_B, 0, LATER));
            tx.putNotice(notice(1, TN_1, LATER));
            tx.putNotice(notice(2, TN_1, LATER));
        });
        Refusal refusal = Refusal.badRequest("no such key");
        assertThatThrownBy(() -> run(tx -> {
                    tx.removeKey(id(1));
                    tx.putKey(Rows.key(2, A_TO_B, 0, LATER));
                    tx.putRecord(record(3, LATER));
                    tx.putIntent(intent(4, 0, LATER));
                    tx.removeNotice(uuid(1));
                    tx.putTombstone(TN_1, id(5), LATER);
                    tx.putHome(new SaeHome(A_TO_B.slave(), TN_1, 0));
                    tx.putSequence(new Sequence(TN_1, 1, 0, "jws 1"));
                    throw refusal;
                }))
                .isSameAs(refusal);
        run(tx -> {
            assertThat(tx.hasKey(id(1))).isTrue();
            assertThat(tx.countKeys()).isEqualTo(1);
            assertThat(tx.countRecords()).isZero();
            assertThat(tx.intents()).isEmpty();
            assertThat(tx.notices(TN_1, NoticeType.VOID, 9))
                    .containsExactly(notice(1, TN_1, LATER), notice(2, TN_1, LATER));
            assertThat(tx.countTombstones(TN_1)).isZero();
            assertThat(tx.homes()).isEmpty();
            assertThat(tx.sequences()).isEmpty();
        });
    }

    @Test
    void tallies_countRows_thoseToBeSweptIncluded_byKindPairAndNode() {
        run(tx -> {
            tx.putKey(Rows.key(1, A_TO_B, 0, LATER));
            tx.putKey(Rows.key(2, A_TO_B, 0, LATER));
            tx.putKey(Rows.key(3, A_TO_C, 0, LATER));
            tx.putKey(Rows.key(4, A_TO_C, 0, tx.now()));
            tx.putRecord(record(5, LATER));
            tx.putIntent(intent(6, 0, LATER));
            tx.putNotice(notice(8, TN_1, LATER));
            tx.putNotice(notice(9, TN_1, LATER));
            tx.putNotice(notice(10, TN_2, tx.now()));
            tx.putTombstone(TN_1, id(11), LATER);
        });
        nextRun();
        run(tx -> assertThat(tx.tallies())
                .containsExactlyInAnyOrder(
                        new Tally(Tally.Kind.WAITING, Optional.empty(), Optional.of(A_TO_B), 2, 2),
                        new Tally(Tally.Kind.WAITING, Optional.empty(), Optional.of(A_TO_C), 2, 2),
                        new Tally(Tally.Kind.RECORD, Optional.of(TN_2), Optional.of(A_TO_B), 1, 1),
                        new Tally(Tally.Kind.INTENT, Optional.of(TN_2), Optional.of(A_TO_B), 1, 2),
                        new Tally(Tally.Kind.VOID, Optional.of(TN_1), Optional.of(A_TO_C), 2, 4),
                        new Tally(Tally.Kind.VOID, Optional.of(TN_2), Optional.of(A_TO_C), 1, 2),
                        new Tally(Tally.Kind.TOMBSTONE, Optional.of(TN_1), Optional.empty(), 1, 1)));
    }

    @Test
    void transaction_afterItsEnd_isOfNoUse() {
        AtomicReference<StoreTransaction> kept = new AtomicReference<>();
        run(kept::set);
        assertThatThrownBy(() -> kept.get().countKeys()).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> kept.get().putRecord(record(1, LATER))).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void transaction_insideATransaction_isRefused() {
        assertThatThrownBy(() -> run(tx -> store.transact(inner -> null))).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void transact_givesWhatTheWorkReturns_nullToo() {
        String result = store.transact(tx -> "yes");
        assertThat(result).isEqualTo("yes");
        Object nothing = store.transact(tx -> null);
        assertThat(nothing).isNull();
    }

    @Test
    void transact_afterClose_isAStoreFailureOfKnownOutcome() {
        store.close();
        store.close();
        assertThatThrownBy(() -> run(tx -> {}))
                .isInstanceOfSatisfying(
                        StoreFailure.class, e -> assertThat(e.isOutcomeKnown()).isTrue());
    }

    @Test
    void age_advancesWithTheMonotonicClockAlone_whileTheStoreIsOpen() {
        assertThat(store.age()).isZero();
        clock.advance(Duration.ofSeconds(7));
        clock.shiftWall(Duration.ofDays(-3));
        assertThat(store.age()).isEqualTo(7000);
        assertThat(store.openedAt()).isZero();
        long now = store.transact(StoreTransaction::now);
        assertThat(now).isEqualTo(7000);
    }

    @Test
    void age_goesOnOverDownTimeByTheWallClock() {
        clock.advance(Duration.ofSeconds(7));
        run(tx -> tx.putRecord(record(1, LATER)));
        NodeStore first = store;
        clock.advance(Duration.ofMinutes(5));
        store = reopen(first, clock);
        assertThat(store.openedAt()).isEqualTo(307_000);
        assertThat(store.age()).isEqualTo(307_000);
    }

    @Test
    void age_neverGoesBack_thoughTheWallClockDid() {
        clock.advance(Duration.ofSeconds(7));
        run(tx -> tx.putRecord(record(1, LATER)));
        clock.advance(Duration.ofMillis(900));
        long last = store.transact(tx -> {
            tx.putRecord(record(2, LATER));
            return tx.now();
        });
        clock.shiftWall(Duration.ofDays(-400));
        nextRun();
        assertThat(store.openedAt()).isGreaterThan(last);
        long before = store.openedAt();
        nextRun();
        assertThat(store.openedAt()).isGreaterThan(before);
    }

    @Test
    void age_isSavedByHousekeeping() {
        clock.advance(Duration.ofHours(1));
        run(tx -> tx.removeExpired(1_000));
        clock.shiftWall(Duration.ofDays(-1));
        nextRun();
        assertThat(store.openedAt()).isGreaterThan(Duration.ofHours(1).toMillis());
    }

    @Test
    void openedAt_tellsApartWhatEarlierRunsWrote() {
        run(tx -> tx.putKey(Rows.key(1, A_TO_B, tx.now(), LATER)));
        nextRun();
        run(tx -> {
            tx.putKey(Rows.key(2, A_TO_B, tx.now(), LATER));
            assertThat(tx.removeKeysStoredBefore(store.openedAt())).isEqualTo(1);
            assertThat(tx.hasKey(id(2))).isTrue();
        });
    }
}
