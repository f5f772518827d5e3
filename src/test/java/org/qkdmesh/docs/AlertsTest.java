package org.qkdmesh.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.qkdmesh.testing.Promtool;

/** The rules for Prometheus, by its own checker, and the page of each. */
class AlertsTest {

    private static final Path RULES = Path.of("deploy", "prometheus");
    private static final Path PAGES = Path.of("docs", "operating", "alarms");

    @Test
    void rulesAndSettings_arePrometheuss() throws Exception {
        Promtool.Result rules =
                Promtool.run("", "check", "rules", RULES.resolve("alerts.yml").toString());
        assertThat(rules.code()).as(rules.said()).isZero();
        Promtool.Result settings = Promtool.run(
                "", "check", "config", RULES.resolve("prometheus.yml").toString());
        assertThat(settings.code()).as(settings.said()).isZero();
    }

    @Test
    void rules_fireWhenTheyShould_andOnlyThen() throws Exception {
        Promtool.Result tests = Promtool.run(
                "", "test", "rules", RULES.resolve("alerts.test.yml").toString());
        assertThat(tests.code()).as(tests.said()).isZero();
    }

    @Test
    void eachAlert_hasATestThatItFires_andAPageOfItsName() throws IOException {
        Map<String, String> alerts = new TreeMap<>();
        Matcher found = Pattern.compile("alert: (\\w+).*?page: alarms/([a-z-]+\\.md)", Pattern.DOTALL)
                .matcher(Files.readString(RULES.resolve("alerts.yml")));
        while (found.find()) {
            alerts.put(found.group(1), found.group(2));
        }
        assertThat(alerts).isNotEmpty();
        String tests = Files.readString(RULES.resolve("alerts.test.yml"));
        for (Map.Entry<String, String> alert : alerts.entrySet()) {
            assertThat(tests).contains("alertname: " + alert.getKey() + "\n        exp_alerts:");
            assertThat(Files.readString(PAGES.resolve(alert.getValue()))).contains("Alert `" + alert.getKey() + "`");
        }
        try (Stream<Path> pages = Files.list(PAGES)) {
            assertThat(pages.map(page -> page.getFileName().toString()).filter(page -> !page.equals("README.md")))
                    .containsExactlyInAnyOrderElementsOf(new TreeSet<>(alerts.values()));
        }
    }
}
