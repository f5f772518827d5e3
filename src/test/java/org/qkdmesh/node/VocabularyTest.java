package org.qkdmesh.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class VocabularyTest {

    @Test
    void alarms_areThoseThatTheSourcesRaise() throws IOException {
        TreeSet<String> raised = new TreeSet<>();
        Pattern alarm = Pattern.compile("\\.alarm\\(\\s*\"([a-z-]+)\"");
        try (Stream<Path> sources = Files.walk(Path.of("src", "main", "java"))) {
            for (Path source :
                    sources.filter(file -> file.toString().endsWith(".java")).toList()) {
                Matcher found = alarm.matcher(Files.readString(source));
                while (found.find()) {
                    raised.add(found.group(1));
                }
            }
        }
        assertThat(Vocabulary.ALARMS).containsExactlyElementsOf(raised);
    }
}
