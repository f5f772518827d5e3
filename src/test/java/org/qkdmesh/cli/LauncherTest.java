package org.qkdmesh.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher, in a project whose Maven and JDK only pretend: they write down that they were called, and how. */
class LauncherTest {

    private static final List<String> TOOLS = List.of(
            "cat",
            "cksum",
            "cp",
            "cut",
            "dirname",
            "find",
            "head",
            "ls",
            "mkdir",
            "mktemp",
            "mv",
            "readlink",
            "rm",
            "sed",
            "sleep",
            "tail",
            "touch",
            "tr");

    @TempDir
    private Path directory;

    private Path project;
    private Path bin;
    private Path jdk;

    private record Started(Process process, Path out, Path err) {}

    private record Ended(int code, String out, String err) {}

    @BeforeEach
    void makeProject() throws IOException {
        project = Files.createDirectories(directory.resolve("a project"));
        bin = Files.createDirectories(directory.resolve("bin"));
        jdk = directory.resolve("jdk");
        Files.copy(Path.of("qkd-mesh"), project.resolve("qkd-mesh"), StandardCopyOption.COPY_ATTRIBUTES);
        Files.writeString(project.resolve("pom.xml"), "");
        Files.writeString(Files.createDirectories(project.resolve("config")).resolve("x.schema.json"), "");
        Files.writeString(Files.createDirectories(project.resolve("src/main")).resolve("A.java"), "");
        for (String tool : TOOLS) {
            link(tool);
        }
        link("flock");
        script(bin.resolve("mvn"), """
                echo "$@" >>mvn-runs
                printf '\\033[0m'
                sleep 0.3
                mkdir -p target/lib
                cat src/main/A.java >target/qkd-mesh.jar
                """);
        makeJdk(jdk, "17.0.9");
    }

    @Test
    void firstStart_buildsAndSaysSo_laterOnesDoNot() throws Exception {
        Ended first = run(project, "node", "--config", "my file.yaml");

        assertThat(first.code()).isZero();
        assertThat(first.err())
                .startsWith("qkd-mesh: building, since this is the first start")
                .doesNotContain("\033");
        assertThat(first.out()).contains("[-Dqkd-mesh.typed-in=" + project + "]", "[node][--config][my file.yaml]");
        assertThat(run(project, "--help").err()).isEmpty();
        assertThat(builds()).isEqualTo(1);
    }

    @Test
    void changedSource_isBuiltAgain_andTheCopyThatRunsStays() throws Exception {
        run(project, "x");
        List<Path> before = copies();
        Path source = Files.writeString(project.resolve("src/main/A.java"), "changed");
        Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(1)));

        assertThat(run(project, "x").err()).contains("building");

        assertThat(builds()).isEqualTo(2);
        assertThat(copies()).hasSize(2).containsAll(before);
    }

    @Test
    void severalAtOnce_buildOnce() throws Exception {
        assertOneBuildFor(6);
    }

    @Test
    void severalAtOnce_whereThereIsNoFlock_buildOnce() throws Exception {
        Files.delete(bin.resolve("flock"));

        assertOneBuildFor(4);
        assertThat(project.resolve("target/launcher.lock")).doesNotExist();
    }

    @Test
    void lockOfAProcessThatIsGone_isTakenOver() throws Exception {
        Files.delete(bin.resolve("flock"));
        Process gone = new ProcessBuilder("true").start();
        gone.waitFor();
        Path lock = Files.createDirectories(project.resolve("target/launcher.lock"));
        Files.writeString(lock.resolve("pid"), gone.pid() + "\n");

        assertThat(run(project, "x").code()).isZero();
    }

    @Test
    void fromElsewhereThroughALink_findsItsProject() throws Exception {
        Path link = Files.createSymbolicLink(bin.resolve("mesh"), Path.of("../a project/qkd-mesh"));

        Ended ended = await(start(directory, link, "x"));

        assertThat(ended.code()).isZero();
        assertThat(ended.out())
                .contains("[-Dqkd-mesh.typed-in=" + directory + "]")
                .contains("in " + project);
    }

    @Test
    void javaHomeThatIsTooOld_isPassedOver() throws Exception {
        Path good = jdk;
        jdk = directory.resolve("old");
        makeJdk(jdk, "11.0.2");
        Files.createSymbolicLink(bin.resolve("java"), good.resolve("bin/java"));

        assertThat(run(project, "x").out()).contains("jdk 17.0.9");
    }

    @Test
    void withoutMaven_saysWhatToInstall() throws Exception {
        Files.delete(bin.resolve("mvn"));

        Ended ended = run(project, "x");

        assertThat(ended.code()).isEqualTo(1);
        assertThat(ended.err()).isEqualTo("qkd-mesh: there is no mvn to build it with: install Maven 3.8 or later\n");
    }

    @Test
    void buildThatFails_startsNothing() throws Exception {
        script(bin.resolve("mvn"), "echo broken source; exit 1\n");

        Ended ended = run(project, "x");

        assertThat(ended.code()).isEqualTo(1);
        assertThat(ended.out()).isEmpty();
        assertThat(ended.err()).contains("broken source", "qkd-mesh: the build failed");
    }

    @Test
    void unpackedFromItsArchive_runsWithoutMavenAndSources() throws Exception {
        Files.delete(bin.resolve("mvn"));
        Files.delete(project.resolve("pom.xml"));
        Files.writeString(project.resolve("qkd-mesh.jar"), "");

        Ended ended = run(project, "node");

        assertThat(ended.code()).isZero();
        assertThat(ended.out()).contains("[-jar][./qkd-mesh.jar][node]");
    }

    @Test
    void exitCodeAndOptions_areThoseOfTheProgram() throws Exception {
        script(jdk.resolve("bin/java"), "exit 7\n");

        assertThat(run(project, "x").code()).isEqualTo(7);
    }

    @Test
    void nodeThatCrashes_leavesNoCore_andNothingThatOthersMayRead() throws Exception {
        script(jdk.resolve("bin/java"), "ulimit -c\numask\nfor a in \"$@\"; do printf '[%s]' \"$a\"; done\n");

        assertThat(run(project, "node").out()).startsWith("0\n0077\n").contains("[-XX:-CreateCoredumpOnCrash]");
        assertThat(run(project, "kme-sim").out()).startsWith("0\n0077\n");
        assertThat(run(project, "routes").out()).doesNotContain("0077");
    }

    private void assertOneBuildFor(int starts) throws Exception {
        List<Started> running = new ArrayList<>();
        for (int i = 0; i < starts; i++) {
            running.add(start(project, project.resolve("qkd-mesh"), "x"));
        }
        for (Started process : running) {
            assertThat(await(process).code()).isZero();
        }
        assertThat(builds()).isEqualTo(1);
        assertThat(copies()).hasSize(1);
    }

    private Ended run(Path from, String... arguments) throws Exception {
        return await(start(from, project.resolve("qkd-mesh"), arguments));
    }

    private Started start(Path from, Path launcher, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("/bin/sh", launcher.toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).directory(from.toFile());
        Map<String, String> environment = builder.environment();
        environment.clear();
        environment.putAll(Map.of("PATH", bin.toString(), "JAVA_HOME", jdk.toString(), "HOME", directory.toString()));
        Path out = Files.createTempFile(directory, "out", "");
        Path err = Files.createTempFile(directory, "err", "");
        return new Started(
                builder.redirectOutput(out.toFile()).redirectError(err.toFile()).start(), out, err);
    }

    private static Ended await(Started started) throws Exception {
        assertThat(started.process().waitFor(2, TimeUnit.MINUTES)).isTrue();
        return new Ended(
                started.process().exitValue(), Files.readString(started.out()), Files.readString(started.err()));
    }

    private int builds() throws IOException {
        return Files.readAllLines(project.resolve("mvn-runs")).size();
    }

    private List<Path> copies() throws IOException {
        try (Stream<Path> copies = Files.list(project.resolve("target/run"))) {
            return copies.toList();
        }
    }

    /** Makes a tool of the system one that is on the path of the test, on which there is nothing else. */
    private void link(String tool) throws IOException {
        for (String place : List.of("/usr/bin", "/bin")) {
            if (Files.exists(Path.of(place, tool))) {
                script(bin.resolve(tool), "exec " + place + "/" + tool + " \"$@\"\n");
                return;
            }
        }
    }

    private static void makeJdk(Path home, String version) throws IOException {
        Files.createDirectories(home.resolve("bin"));
        Files.writeString(home.resolve("release"), "JAVA_VERSION=\"" + version + "\"\n");
        script(
                home.resolve("bin/java"),
                "echo jdk " + version + " in \"$(pwd)\"\nfor a in \"$@\"; do printf '[%s]' \"$a\"; done\n");
        script(home.resolve("bin/javac"), "exit 0\n");
    }

    private static void script(Path file, String text) throws IOException {
        Files.write(file, ("#!/bin/sh\n" + text).getBytes(StandardCharsets.UTF_8));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
