package org.qkdmesh.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.assertj.core.api.SoftAssertions;

/** What an examination found, to be asked. */
record Findings(List<Examination.Result> results) {

    static Findings of(Examination examination) throws InterruptedException {
        return new Findings(examination.run(result -> {}));
    }

    /** Nothing is to be done. */
    void assertAllWell() {
        SoftAssertions softly = new SoftAssertions();
        results.forEach(result -> softly.assertThat(result.findings())
                .as(result.title())
                .allMatch(finding -> finding.level() == Finding.Level.OK));
        softly.assertAll();
    }

    /** Something of this level was found, with these words in it or in its remedy or command. */
    void assertFound(String title, Finding.Level level, String... words) {
        assertThat(results).anySatisfy(result -> {
            assertThat(result.title()).startsWith(title);
            assertThat(result.findings()).anySatisfy(finding -> {
                assertThat(finding.level()).isEqualTo(level);
                assertThat(finding.text() + "\n" + finding.remedy().orElse("") + "\n"
                                + finding.command().orElse(""))
                        .contains(words);
                if (level != Finding.Level.OK) {
                    assertThat(finding.remedy()).as(finding.text()).isPresent();
                }
            });
        });
    }

    void assertFail(String title, String... words) {
        assertFound(title, Finding.Level.FAIL, words);
    }

    void assertWarn(String title, String... words) {
        assertFound(title, Finding.Level.WARN, words);
    }

    void assertOk(String title, String... words) {
        assertFound(title, Finding.Level.OK, words);
    }

    /** Nothing but this section has anything to do. */
    void assertWellBut(String... titles) {
        results.stream()
                .filter(result -> List.of(titles).stream().noneMatch(result.title()::startsWith))
                .forEach(result -> assertThat(result.findings())
                        .as(result.title())
                        .allMatch(finding -> finding.level() == Finding.Level.OK));
    }
}
