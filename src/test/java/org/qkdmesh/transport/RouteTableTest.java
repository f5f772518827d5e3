package org.qkdmesh.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.Map;
import java.util.Set;
import org.apache.camel.CamelContext;
import org.apache.camel.component.platform.http.PlatformHttpComponent;
import org.apache.camel.component.platform.http.PlatformHttpEndpoint;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;

class RouteTableTest {

    private final RouteTable table = new RouteTable();
    private final CamelContext context = new DefaultCamelContext();

    @Test
    void match_prefersLiteralSegmentsFurtherLeft_whateverTheOrderTheyCameIn() {
        RouteConsumer named = add("/keys/{id}/status");
        RouteConsumer literal = add("/keys/own/status");
        RouteConsumer last = add("/keys/own/{what}");
        assertThat(table.match("GET", "/keys/own/status").route()).isSameAs(literal);
        assertThat(table.match("GET", "/keys/own/other").route()).isSameAs(last);
        assertThat(table.match("GET", "/keys/other/status").route()).isSameAs(named);
    }

    @Test
    void match_decodesEachSegmentOnItsOwn() {
        add("/keys/{id}/status");
        assertThat(table.match("GET", "/keys/a%2Fb%25/status").parameters()).isEqualTo(Map.of("id", "a/b%"));
        assertThat(table.match("GET", "/keys/%2E%2E/status").parameters()).isEqualTo(Map.of("id", ".."));
        assertThat(table.match("GET", "/keys//status").parameters()).isEqualTo(Map.of("id", ""));
        assertThat(table.match("GET", "/ke%79s/a+b/status").parameters()).isEqualTo(Map.of("id", "a+b"));
        assertThat(statusOf("GET", "/keys/a/b/status")).isEqualTo(404);
        assertThat(statusOf("GET", "/keys%2Fa/status")).isEqualTo(404);
        assertThat(statusOf("GET", "/keys/%/status")).isEqualTo(400);
        assertThat(statusOf("GET", "/keys/%4/status")).isEqualTo(400);
        assertThat(statusOf("GET", "/keys/%zz/status")).isEqualTo(400);
        assertThat(statusOf("GET", "/keys/%C0%AF/status")).isEqualTo(400);
    }

    @Test
    void match_ofAnotherMethod_saysWhichThereAre() {
        add("/x", "GET");
        RouteConsumer post = add("/x", "POST");
        assertThat(table.match("POST", "/x").route()).isSameAs(post);
        HttpRefusal refusal = catchThrowableOfType(HttpRefusal.class, () -> table.match("PUT", "/x"));
        assertThat(refusal.status()).isEqualTo(405);
        assertThat(refusal.headers()).isEqualTo(Map.of("Allow", "GET, POST"));
    }

    @Test
    void add_ofAPathThatIsTaken_isRefused_untilItIsFreed() {
        RouteConsumer first = add("/x", "GET");
        assertThatThrownBy(() -> add("/x", "GET")).isInstanceOf(IllegalArgumentException.class);
        table.remove(first);
        assertThat(statusOf("GET", "/x")).isEqualTo(404);
        add("/x", "GET");
        assertThat(statusOf("GET", "/x")).isZero();
    }

    private int statusOf(String method, String path) {
        HttpRefusal refusal = catchThrowableOfType(HttpRefusal.class, () -> table.match(method, path));
        return refusal == null ? 0 : refusal.status();
    }

    private RouteConsumer add(String template) {
        return add(template, "GET");
    }

    private RouteConsumer add(String template, String method) {
        PlatformHttpEndpoint endpoint =
                new PlatformHttpEndpoint("platform-http:" + template, template, new PlatformHttpComponent(context));
        RouteConsumer consumer = new RouteConsumer(endpoint, exchange -> {}, null, null);
        table.add(template, Set.of(method), consumer);
        return consumer;
    }
}
