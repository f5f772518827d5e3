package org.qkdmesh.cli.torture;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.qkdmesh.cli.torture.Violation.Rule;

/** Which bytes of which link keys went into which relay message, over all nodes and all their restarts. */
final class PadLedger {

    static final String SUFFIX = ".ledger";

    private record Use(String message, String node, int offset, int length) {}

    private final Map<String, List<Use>> usesByKey = new HashMap<>();
    private final Set<String> messages = new HashSet<>();
    private long bytes;

    /** Reads all that nodes wrote. */
    static PadLedger read(Path folder) throws IOException {
        PadLedger ledger = new PadLedger();
        if (!Files.isDirectory(folder)) {
            return ledger;
        }
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file :
                    files.filter(some -> some.toString().endsWith(SUFFIX)).toList()) {
                Files.readAllLines(file).forEach(ledger::add);
            }
        }
        return ledger;
    }

    /** @param line of {@link PadLedgerProcessor}; the same message sent again uses nothing anew */
    void add(String line) {
        String[] words = line.split(" ");
        if (!messages.add(words[0])) {
            return;
        }
        for (int i = 3; i < words.length; i++) {
            String[] range = words[i].split(":");
            Use use = new Use(words[0], words[1], Integer.parseInt(range[1]), Integer.parseInt(range[2]));
            usesByKey.computeIfAbsent(range[0], key -> new ArrayList<>()).add(use);
            bytes += use.length();
        }
    }

    long messages() {
        return messages.size();
    }

    long bytes() {
        return bytes;
    }

    /** Every byte that stands in two messages. */
    List<Violation> check() {
        List<Violation> violations = new ArrayList<>();
        usesByKey.forEach((key, uses) -> {
            uses.sort(Comparator.comparingInt(Use::offset));
            int end = 0;
            Use last = null;
            for (Use use : uses) {
                if (use.offset() < end) {
                    violations.add(new Violation(
                            Rule.PAD_TWICE,
                            "byte " + use.offset() + " of link key " + key + " is used by " + last + " and " + use));
                }
                if (use.offset() + use.length() > end) {
                    end = use.offset() + use.length();
                    last = use;
                }
            }
        });
        return violations;
    }
}
