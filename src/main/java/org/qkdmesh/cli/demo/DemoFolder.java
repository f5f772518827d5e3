package org.qkdmesh.cli.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Where a demo keeps its files, and the commands that reach it. A demo on other ports has a folder of its own, so that it can
 * run beside the usual one; whoever started it has to name the ports, or the folder, in each further command.
 *
 * @param data the directory for data, as {@code data}
 * @param portOffset what is added to every port; 0 for the usual ones
 */
record DemoFolder(Path data, int portOffset) {

    private static final Pattern NAME = Pattern.compile("demo(?:-(-?\\d{1,6}))?");

    Path path() {
        return data.resolve(portOffset == 0 ? "demo" : "demo-" + portOffset);
    }

    String stopCommand() {
        return "./qkd-mesh demo --stop" + (portOffset == 0 ? "" : " --port-offset " + portOffset);
    }

    /** Asks all nodes of this demo how they are. */
    String statusCommand() {
        return "./qkd-mesh status" + (portOffset == 0 ? "" : " --config " + path());
    }

    /** All demos below this data directory of which a process still runs, on whichever ports. */
    static List<DemoFolder> running(Path data) throws IOException {
        if (!Files.isDirectory(data)) {
            return List.of();
        }
        List<DemoFolder> found = new ArrayList<>();
        try (Stream<Path> folders = Files.list(data)) {
            for (Path folder : (Iterable<Path>) folders.sorted()::iterator) {
                Matcher name = NAME.matcher(folder.getFileName().toString());
                if (name.matches() && !new DemoProcesses(folder).running().isEmpty()) {
                    found.add(new DemoFolder(data, name.group(1) == null ? 0 : Integer.parseInt(name.group(1))));
                }
            }
        }
        return found;
    }
}
