package org.qkdmesh.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.qkdmesh.model.AuditEvent;
import org.qkdmesh.model.EventLog;

class AuditedEventsTest {

    private final List<String> passedOn = new ArrayList<>();
    private final AuditedEvents events = new AuditedEvents((EventLog) Proxy.newProxyInstance(
            getClass().getClassLoader(), new Class<?>[] {EventLog.class}, (proxy, method, arguments) -> {
                passedOn.add(method.toGenericString());
                return null;
            }));

    @Test
    void whateverIsReported_isPassedOn() throws Exception {
        List<String> all = new ArrayList<>();
        for (Method method : EventLog.class.getMethods()) {
            if (!Modifier.isStatic(method.getModifiers())) {
                all.add(method.toGenericString());
                method.invoke(
                        events,
                        Arrays.stream(method.getParameterTypes())
                                .map(AuditedEventsTest::anything)
                                .toArray());
            }
        }
        assertThat(passedOn).containsExactlyElementsOf(all);
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
    void whatComesTooFast_isCountedAsLost() {
        for (int i = 0; i < 1_500; i++) {
            events.alarm("kind " + i, "");
            events.refused("door", "reason " + i);
        }
        assertThat(events.take()).hasSize(2_000);
        assertThat(events.lost()).isEqualTo(1_000);
    }
}
