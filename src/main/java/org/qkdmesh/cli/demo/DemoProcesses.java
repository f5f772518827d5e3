package org.qkdmesh.cli.demo;

import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The processes of the demo. What was started is written down, with the time of the start, so that a later command stops
 * these processes and no others.
 */
public final class DemoProcesses {

    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private final Path folder;
    private final List<String> program;

    public DemoProcesses(Path folder) {
        this(folder, thisProgram());
    }

    /** @param program what runs the program, to be followed by a command of it and its arguments */
    public DemoProcesses(Path folder, List<String> program) {
        this.folder = folder;
        this.program = List.copyOf(program);
    }

    private static List<String> thisProgram() {
        List<String> program = new ArrayList<>();
        program.add(ProcessHandle.current().info().command().orElse("java"));
        // What the launcher gave this JVM: how to be small and quick to start.
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(option -> option.startsWith("-X"))
                .forEach(program::add);
        program.addAll(List.of("-cp", System.getProperty("java.class.path"), "org.qkdmesh.cli.QkdMesh"));
        return program;
    }

    private Path list() {
        return folder.resolve("processes");
    }

    /** Starts a command of this program in a process of its own, with its output in a log of its name. */
    public Process start(String name, List<String> arguments) throws IOException {
        return start(name, arguments, ProcessBuilder.Redirect.to(log(name).toFile()));
    }

    /** As {@link #start}, with the output after that of the processes of this name before. */
    public Process startAgain(String name, List<String> arguments) throws IOException {
        return start(name, arguments, ProcessBuilder.Redirect.appendTo(log(name).toFile()));
    }

    private Process start(String name, List<String> arguments, ProcessBuilder.Redirect log) throws IOException {
        List<String> command = new ArrayList<>(program);
        command.addAll(arguments);
        Files.createDirectories(folder);
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log)
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                .start();
        Files.writeString(
                list(),
                name + " " + process.pid() + " " + startOf(process.toHandle()) + "\n",
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
        return process;
    }

    public Path log(String name) {
        return folder.resolve(name + ".log");
    }

    /** The processes that still run, by name, in the order that they were started. */
    public Map<String, ProcessHandle> running() throws IOException {
        if (!Files.exists(list())) {
            return Map.of();
        }
        Map<String, ProcessHandle> handles = new LinkedHashMap<>();
        for (String line : Files.readAllLines(list())) {
            String[] parts = line.split(" ");
            ProcessHandle.of(Long.parseLong(parts[1]))
                    .filter(ProcessHandle::isAlive)
                    .filter(handle -> startOf(handle).equals(parts[2]))
                    .ifPresent(handle -> handles.put(parts[0], handle));
        }
        return handles;
    }

    /** Ends them: asks first, insists later. Returns how many there were. */
    public int stop() throws IOException {
        List<ProcessHandle> handles = List.copyOf(running().values());
        handles.forEach(ProcessHandle::destroy);
        Instant until = Instant.now().plus(PATIENCE);
        for (ProcessHandle handle : handles) {
            if (!endsBefore(handle, until)) {
                handle.destroyForcibly();
            }
        }
        Files.deleteIfExists(list());
        return handles.size();
    }

    private static boolean endsBefore(ProcessHandle handle, Instant until) {
        try {
            long millis = Math.max(1, Duration.between(Instant.now(), until).toMillis());
            handle.onExit().get(millis, TimeUnit.MILLISECONDS);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (ExecutionException | TimeoutException e) {
            return false;
        }
    }

    /** Tells a process from a later one that happens to have the same number. */
    private static String startOf(ProcessHandle handle) {
        Optional<Instant> start = handle.info().startInstant();
        return start.map(instant -> Long.toString(instant.toEpochMilli())).orElse("unknown");
    }
}
