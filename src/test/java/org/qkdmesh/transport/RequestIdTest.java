package org.qkdmesh.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qkdmesh.model.Refusal;
import org.slf4j.MDC;

/** Each request has a name that its log lines and its answer show. */
class RequestIdTest {

    @TempDir
    static Path directory;

    private static ServerFixture fixture;
    private static final List<String> LOGGED = new CopyOnWriteArrayList<>();

    @BeforeAll
    static void start() throws Exception {
        fixture = new ServerFixture(directory).management(new RouteBuilder() {
            @Override
            public void configure() {
                from("platform-http:/id")
                        .process(exchange -> LOGGED.add(MDC.get(RequestId.LOGGED_AS)))
                        .setBody(simple("${exchangeProperty.requestId}"));
                from("platform-http:/fails").process(exchange -> {
                    throw Refusal.badRequest("wrong");
                });
            }
        });
    }

    @AfterAll
    static void stop() {
        fixture.close();
    }

    @Test
    void id_isTheOneThatTheCallerChose() {
        String seen = body("/id", "a.B-9_z");
        assertThat(seen).isEqualTo("a.B-9_z");
        assertThat(LOGGED).contains("a.B-9_z");
        assertThat(answered("/id", "a.B-9_z")).isEqualTo("a.B-9_z");
        assertThat(answered("/fails", "wrong-1")).isEqualTo("wrong-1");
        assertThat(answered("/nowhere", "lost-1")).isEqualTo("lost-1");
    }

    @Test
    void id_ofAnotherForm_isReplaced() {
        for (String odd : List.of("", "a b", "é", "x".repeat(65), "a;b", "${jndi:ldap://x}", "a/b")) {
            assertThat(answered("/id", odd)).as(odd).matches("[0-9a-f]{16}");
        }
    }

    @Test
    void id_ofARequestWithoutOne_isNewEachTime() {
        Set<String> ids = new HashSet<>();
        for (int i = 0; i < 20; i++) {
            ids.add(answered("/fails", null));
        }
        assertThat(ids).hasSize(20).allMatch(id -> id.matches("[0-9a-f]{16}"));
    }

    @Test
    void id_ofTheRequest_isForgottenWithIt() {
        body("/id", "first");
        body("/id", "second");
        assertThat(MDC.get(RequestId.LOGGED_AS)).isNull();
        assertThat(LOGGED).contains("first", "second");
    }

    private static String body(String path, String id) {
        return TestClient.plain().send(request(path, id)).body();
    }

    private static String answered(String path, String id) {
        return TestClient.plain()
                .send(request(path, id))
                .headers()
                .firstValue(RequestId.HEADER)
                .orElse(null);
    }

    private static HttpRequest.Builder request(String path, String id) {
        HttpRequest.Builder request = TestClient.request("http://localhost:" + fixture.port() + path);
        return id == null ? request : request.header(RequestId.HEADER, id);
    }
}
