package org.qkdmesh.cli.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Where a benchmark ran.
 *
 * @param jvmOptions of this JVM, which the processes it started have too
 */
record Machine(int processors, String cpu, String system, String jdk, String jvmOptions) {

    static Machine here() {
        String options = ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(option -> option.startsWith("-X") && !option.contains("SharedArchiveFile"))
                .collect(Collectors.joining(" "));
        return new Machine(
                Runtime.getRuntime().availableProcessors(),
                cpuName(),
                System.getProperty("os.name") + " " + System.getProperty("os.version"),
                System.getProperty("java.vm.name") + " " + System.getProperty("java.runtime.version"),
                options);
    }

    /** Linux only; else the architecture. */
    private static String cpuName() {
        try {
            List<String> lines = Files.readAllLines(Path.of("/proc/cpuinfo"));
            return lines.stream()
                    .filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse(System.getProperty("os.arch"));
        } catch (IOException e) {
            return System.getProperty("os.arch");
        }
    }
}
