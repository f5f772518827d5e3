package org.qkdmesh.cli.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * What a process has used so far.
 *
 * @param cpuSeconds of all its threads since its start
 * @param residentBytes memory that it has now; 0 where the system does not tell
 */
record ProcessUse(double cpuSeconds, long residentBytes) {

    private static final Path PROC = Path.of("/proc");

    static ProcessUse of(ProcessHandle process) {
        Duration cpu = process.info().totalCpuDuration().orElse(Duration.ZERO);
        return new ProcessUse(cpu.toNanos() / 1e9, residentBytes(process.pid()));
    }

    /** Linux only. */
    private static long residentBytes(long pid) {
        try {
            return Files.readAllLines(PROC.resolve(pid + "/status")).stream()
                    .filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                    .findFirst()
                    .orElse(0);
        } catch (IOException e) {
            return 0;
        }
    }

    /** Seconds that all processors together have been busy since the system started; NaN where it does not tell. */
    static double busySeconds() {
        try {
            String[] ticks = Files.readAllLines(PROC.resolve("stat")).get(0).split(" +");
            // user, nice, system, then idle and waiting for the disk, which are not work, then interrupts.
            long busy = 0;
            for (int i : new int[] {1, 2, 3, 6, 7}) {
                busy += Long.parseLong(ticks[i]);
            }
            return busy / 100.0;
        } catch (IOException | RuntimeException e) {
            return Double.NaN;
        }
    }
}
