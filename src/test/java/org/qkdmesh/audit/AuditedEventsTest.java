package org.qkdmesh.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.qkdmesh.model.AuditEvent;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.model.SaePair;

class AuditedEventsTest {

    private final List<String> passedOn = new ArrayList<>();
    private final AuditedEvents events = new AuditedEvents((EventLog) Proxy.newProxyInstance(
            getClass().getClassLoader(), new Class<?>[] {EventLog.class}, (proxy, method, arguments) -> {
                passedOn.add(method.getName());
                return null;
            }));

    @Test
    void whateverIsReported_isPassedOn() throws Exception {
        List<String> all = new ArrayList<>();
        for (Method method : EventLog.class.getMethods()) {
            if (!Modifier.isStatic(method.getModifiers())) {
                all.add(method.getName());
                method.invoke(
                        events,
                        Arrays.stream(method.getParameterTypes())
                                .map(AuditedEventsTest::anything)
                                .toArray());
            }
        }
        assertThat(passedOn).containsExactlyElementsOf(all);
    }

    private static EventLog.RefusedRequest refused(String who, String master) {
        SaePair pair = new SaePair(new SaeId(master), new SaeId(who));
        return new EventLog.RefusedRequest("dec-keys", "bad_request", who, Optional.of(pair));
    }

    private static Object anything(Class<?> type) {
        if (type == String.class) {
            return "word";
        }
        if (type == int.class) {
            return 1;
        }
        if (type == boolean.class) {
            return true;
        }
        if (type == EventLog.RefusedRequest.class) {
            return refused("sae-b", "sae-a");
        }
        return type == long.class ? (Object) 1L : EventLog.KeyEvent.GIVEN;
    }

    @Test
    void refusalsAndUsesOfTheManagementPort_areCounted_andAlarmsToldOneByOne() {
        events.refused("dec-keys", "bad_request", "sae-b");
        events.refused("dec-keys", "bad_request", "sae-b");
        events.refused("ext-keys", "busy");
        events.managed("drain", 200);
        events.alarm("tag-mismatch", "link keys differ");

        assertThat(events.take())
                .extracting(AuditEvent::details)
                .containsExactlyInAnyOrder(
                        Map.of("kind", "tag-mismatch", "detail", "link keys differ"),
                        Map.of("door", "dec-keys", "reason", "bad_request", "who", "sae-b", "count", 2L),
                        Map.of("door", "ext-keys", "reason", "busy", "count", 1L),
                        Map.of("door", "drain", "status", 200L, "count", 1L));
        assertThat(events.take()).isEmpty();
    }

    @Test
    void refusals_areToldWithThePair_ofAsManyPairsAsDoNotFillTheLog() {
        for (int i = 0; i < 80; i++) {
            events.refused(refused("sae-b", "sae-" + i));
            events.refused(refused("sae-b", "sae-0"));
        }
        List<Map<String, Object>> told =
                events.take().stream().map(AuditEvent::details).toList();
        assertThat(told)
                .hasSize(51)
                .contains(
                        Map.of(
                                "door",
                                "dec-keys",
                                "reason",
                                "bad_request",
                                "who",
                                "sae-b",
                                "master",
                                "sae-0",
                                "slaves",
                                List.of("sae-b"),
                                "count",
                                81L),
                        Map.of("door", "dec-keys", "reason", "bad_request", "who", "sae-b", "count", 30L));
    }

    @Test
    void whatComesTooFast_isCountedAsLost() {
        for (int i = 0; i < 1_500; i++) {
            events.alarm("kind " + i, "");
            events.refused("door", "reason " + i);
        }
        assertThat(events.take()).hasSize(2_000);
        assertThat(events.lost()).isEqualTo(1_000);
    }
}
