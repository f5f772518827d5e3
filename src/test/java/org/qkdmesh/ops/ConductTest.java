package org.qkdmesh.ops;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.qkdmesh.testing.ManualClock;
import org.qkdmesh.testing.RecordedEvents;

class ConductTest {

    private final ManualClock clock = new ManualClock();
    private final RecordedEvents events = new RecordedEvents();
    private final Conduct conduct = new Conduct(events, List.of("notices", "ext-keys"), clock);

    private void pass(Duration time) {
        clock.advance(time);
    }

    private List<String> refused(int times, String reason) {
        events.alarms.clear();
        for (int i = 0; i < times; i++) {
            conduct.refused("notices", reason, "tn-2");
        }
        return events.alarms.stream()
                .map(alarm -> alarm.replace("node-misbehaves: ", ""))
                .toList();
    }

    @Test
    void whatNoSoundNodeAsksFor_isAnAlarmAtOnce_andThenOnceAMinute_withHowOftenItCame() {
        assertThat(refused(1, "foreign_ids")).containsExactly("tn-2 at notices: foreign ids, 1 time");
        assertThat(refused(7, "foreign_ids")).isEmpty();
        pass(Duration.ofMinutes(1));
        assertThat(refused(1, "foreign_ids")).containsExactly("tn-2 at notices: foreign ids, 8 times");
    }

    @Test
    void whatHappensNowAndThen_isAnAlarmWhenItComesEightyTimes_fasterThanOnceASecond() {
        assertThat(refused(80, "stale")).isEmpty();
        pass(Duration.ofSeconds(40));
        assertThat(refused(40, "stale")).isEmpty();
        assertThat(refused(1, "stale")).containsExactly("tn-2 at notices: stale, 121 times");
        assertThat(refused(500, "stale")).isEmpty();
        pass(Duration.ofMinutes(5));
        assertThat(refused(80, "stale")).isEmpty();
    }

    @Test
    void whoIsRefusedTooMuch_isNotListenedToAtThatDoor_forAMoment() {
        refused(49, "invalid");
        assertThat(conduct.isShutOut("notices", "tn-2")).isFalse();
        refused(1, "invalid");
        assertThat(conduct.isShutOut("notices", "tn-2")).isTrue();
        assertThat(conduct.isShutOut("ext-keys", "tn-2")).isFalse();
        assertThat(conduct.isShutOut("notices", "tn-3")).isFalse();
        pass(Duration.ofMillis(100));
        assertThat(conduct.isShutOut("notices", "tn-2")).isFalse();
        refused(1, "invalid");
        assertThat(conduct.isShutOut("notices", "tn-2")).isTrue();
    }

    @Test
    void whatIsRefusedForWantOfSomething_isNobodysFault() {
        assertThat(refused(1_000, "busy")).isEmpty();
        assertThat(refused(1_000, "insufficient_key_material")).isEmpty();
        assertThat(conduct.isShutOut("notices", "tn-2")).isFalse();
        conduct.refused("enc-keys", "unauthorized", "at another door");
        conduct.refused("notices", "unauthorized", "");
        assertThat(events.alarms).isEmpty();
    }

    @Test
    void whatIsKept_isBounded() {
        for (int i = 0; i < 10_000; i++) {
            conduct.refused("notices", "invalid", "made-up-" + i);
        }
        assertThat(conduct.kept()).isLessThanOrEqualTo(4_000);
        pass(Duration.ofMinutes(2));
        assertThat(refused(1, "invalid")).hasSize(1);
    }
}
