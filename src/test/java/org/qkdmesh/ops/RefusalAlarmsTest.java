package org.qkdmesh.ops;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.qkdmesh.testing.ManualClock;
import org.qkdmesh.testing.RecordedEvents;

class RefusalAlarmsTest {

    private final ManualClock clock = new ManualClock();
    private final RecordedEvents events = new RecordedEvents();
    private final RefusalAlarms alarms = new RefusalAlarms(events, clock);

    @Test
    void refusals_againAndAgain_raiseOneAlarmAMinute_withTheNameOfTheCaller() {
        refuse("sae-b", "unknown_key", 100);
        assertThat(events.alarms).isEmpty();
        refuse("sae-b", "unknown_key", 500);
        refuse("sae-c", "unknown_key", 50);
        assertThat(events.alarms)
                .containsExactly(
                        "refused-often: sae-b is refused again and again, more than 10 times a second; the last"
                                + " time at dec-keys: unknown_key");
        clock.advance(Duration.ofMinutes(1));
        refuse("sae-b", "busy", 101);
        assertThat(events.alarms).hasSize(2);
        assertThat(events.refused).hasSize(751);
    }

    @Test
    void refusals_nowAndThen_orForWantOfKeys_orOfNobody_raiseNone() {
        for (int second = 0; second < 100; second++) {
            refuse("sae-b", "unknown_key", 9);
            clock.advance(Duration.ofSeconds(1));
        }
        refuse("sae-c", "unavailable", 1000);
        refuse("", "unknown_path", 1000);
        assertThat(events.alarms).isEmpty();
    }

    @Test
    void oneWhoAsksForKeysOfOthers_isNamedAtOnce_andOnceAMinute() {
        refuse("sae-b", "key_of_others", 1);
        refuse("sae-c", "key_of_others", 1);
        refuse("sae-b", "key_of_others", 4);
        assertThat(events.alarms)
                .containsExactly(
                        "asks-for-keys-of-others: sae-b asked for keys that are not for it, 1 time",
                        "asks-for-keys-of-others: sae-c asked for keys that are not for it, 1 time");
        clock.advance(Duration.ofMinutes(1));
        refuse("sae-b", "key_of_others", 1);
        assertThat(events.alarms)
                .hasSize(3)
                .last()
                .isEqualTo("asks-for-keys-of-others: sae-b asked for keys that are not for it, 5 times");
    }

    @Test
    void callers_ofAnyNumber_takeABoundedPlace_thatComesFreeAgain() {
        for (int i = 0; i < 3_000; i++) {
            refuse("sae-" + i, "unknown_key", 1);
        }
        refuse("sae-x", "unknown_key", 200);
        assertThat(events.alarms).isEmpty();
        clock.advance(Duration.ofSeconds(1));
        refuse("sae-x", "unknown_key", 200);
        assertThat(events.alarms).hasSize(1);
    }

    private void refuse(String who, String reason, int times) {
        for (int i = 0; i < times; i++) {
            alarms.refused("dec-keys", reason, who);
        }
    }
}
