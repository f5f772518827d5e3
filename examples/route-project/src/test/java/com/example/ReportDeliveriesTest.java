package com.example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.qkdmesh.testkit.Reply;
import org.qkdmesh.testkit.RouteTestNode;
import org.qkdmesh.testkit.Stub;

class ReportDeliveriesTest {

    private static RouteTestNode node;
    private static Stub accounting;

    @BeforeAll
    static void start() throws Exception {
        node = RouteTestNode.withEdits(Path.of("routes"))
                .property("accounting.url", "https://accounting.example/deliveries")
                .start();
        accounting = node.site("accounting.example");
    }

    @AfterEach
    void forget() {
        accounting.works();
        accounting.forgetCalls();
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    @Test
    void fetchedKey_isReportedWithinAMinute_andNotItsBytes() {
        Reply given = node.encKeys("sae-b", "sae-a");
        assertEquals(given.keys(), node.decKeys("sae-a", "sae-b", given).keys());
        assertTrue(node.stepsOf("dec-keys").contains("note-delivery"));

        node.clock().advance(Duration.ofMinutes(1));

        String report = accounting.calls("/deliveries").get(0).text();
        assertTrue(report.contains(given.keys().get(0).id()));
        assertFalse(report.contains(given.keys().get(0).key()));
    }

    @Test
    void accountingThatIsDown_isToldTheNextMinute_andHoldsNobodyUp() {
        accounting.on("/deliveries").first(1).isUnreachable();
        Reply given = node.encKeys("sae-b", "sae-a");
        assertEquals(200, node.decKeys("sae-a", "sae-b", given).status());

        node.clock().advance(Duration.ofMinutes(2));

        assertEquals(2, accounting.calls("/deliveries").size());
        assertEquals(
                accounting.calls("/deliveries").get(0).text(),
                accounting.calls("/deliveries").get(1).text());
    }

    @Test
    void fetchThatIsRefused_isNotReported() {
        Reply refused = node.decKeys("sae-a", "sae-b", "5a2f1d80-0000-4000-8000-000000000000");

        node.clock().advance(Duration.ofMinutes(1));

        assertEquals(400, refused.status());
        assertFalse(node.stepsOf("dec-keys").contains("note-delivery"));
        assertEquals(0, accounting.calls("/deliveries").size());
    }
}
