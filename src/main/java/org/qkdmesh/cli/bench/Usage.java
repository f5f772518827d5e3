package org.qkdmesh.cli.bench;

import java.util.LinkedHashMap;
import java.util.Map;

/** What the processes of a network have used between two moments. */
final class Usage {

    /** The name of this process in the figures. */
    static final String BENCH = "bench";

    /** The name under which stands what all programs of the machine used together. */
    static final String MACHINE = "machine";

    private final Map<String, ProcessHandle> processes;

    /** @param network by name */
    Usage(Map<String, ProcessHandle> network) {
        processes = new LinkedHashMap<>(network);
        processes.put(BENCH, ProcessHandle.current());
    }

    /** CPU seconds so far, by process, and of the whole machine. */
    Map<String, Double> cpuSeconds() {
        Map<String, Double> seconds = new LinkedHashMap<>();
        processes.forEach(
                (name, process) -> seconds.put(name, ProcessUse.of(process).cpuSeconds()));
        seconds.put(MACHINE, ProcessUse.busySeconds());
        return seconds;
    }

    /** Memory now, by process. */
    Map<String, Long> residentBytes() {
        Map<String, Long> bytes = new LinkedHashMap<>();
        processes.forEach(
                (name, process) -> bytes.put(name, ProcessUse.of(process).residentBytes()));
        return bytes;
    }
}
