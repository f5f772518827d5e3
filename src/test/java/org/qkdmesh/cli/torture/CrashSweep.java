package org.qkdmesh.cli.torture;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.qkdmesh.cli.demo.DemoNetwork;
import org.qkdmesh.cli.demo.DemoProcesses;
import org.qkdmesh.cli.demo.DemoSae;
import org.qkdmesh.cli.management.ManagementClient;
import org.qkdmesh.cli.torture.Event.Op;
import org.qkdmesh.cli.torture.Event.Outcome;
import org.qkdmesh.faults.CrashingNode;
import org.qkdmesh.model.OwnerOnly;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.model.SaePair;

/**
 * The diamond as processes under the load of torture, each node of which dies at the crash points that it is told. West
 * and east have two SAEs each, so that there are keys that go nowhere as well.
 */
public final class CrashSweep implements AutoCloseable {

    private static final Path DIAMOND = Path.of("config", "examples", "diamond");
    private static final Duration LIFE = Duration.ofMinutes(10);
    private static final double REQUESTS_A_SECOND = 4;
    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final int BITS = 256;
    private static final int KEYS_LOOKED_FOR = 200;

    private final TortureNetwork network;
    private final DemoProcesses processes;
    private final Members members;
    private final History history;
    private final Load load;
    private final Path ledgers;
    private final KeyTraces traces = new KeyTraces(KEYS_LOOKED_FOR);
    private final Path folder;

    /** What leads to a step that the load does not lead to. */
    @FunctionalInterface
    public interface Provocation {

        Provocation NONE = () -> {};

        void run() throws IOException;
    }

    /** @param folder empty; for all that the network writes */
    public CrashSweep(Path folder, int portOffset) throws IOException {
        this.folder = folder;
        network = new TortureNetwork(exampleIn(folder), folder, portOffset, LIFE, Optional.empty());
        processes = new DemoProcesses(folder, program());
        Path routes = folder.resolve("routes");
        ledgers = folder.resolve("ledger");
        LedgerRoutes.write(Path.of("routes"), routes, ledgers);
        members = new Members(network, processes, node -> List.of("--routes", routes.toString()));
        history = new History(folder.resolve("history.jsonl"));
        load = new Load(network, history, traces, REQUESTS_A_SECOND, new SplittableRandom(1));
    }

    private static Path exampleIn(Path folder) throws IOException {
        Path example = Files.createDirectories(folder.resolve("example"));
        try (Stream<Path> files = Files.list(DIAMOND)) {
            for (Path file : files.toList()) {
                String config = Files.readString(file)
                        .replace("- {id: sae-a}", "- {id: sae-a}\n  - {id: sae-e}")
                        .replace("- {id: sae-b}", "- {id: sae-b}\n  - {id: sae-f}");
                Files.writeString(example.resolve(file.getFileName()), config);
            }
        }
        return example;
    }

    /** As the launcher runs it, from its copy with the archive of classes that makes starts quick, but for the main class. */
    private static List<String> program() throws IOException {
        List<String> program = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xss512k",
                "-Xmx256m"));
        Path copy = newestIn(Path.of("target", "run"), "");
        if (copy == null) {
            throw new IOException("there is no copy of the build in target/run: ./qkd-mesh --version makes one");
        }
        Path archive = newestIn(copy, ".jsa");
        if (archive != null) {
            program.add("-XX:SharedArchiveFile=" + archive);
        }
        program.addAll(List.of(
                "-cp",
                copy.resolve("qkd-mesh.jar") + File.pathSeparator + Path.of("target", "test-classes"),
                CrashingNode.class.getName()));
        return program;
    }

    private static Path newestIn(Path folder, String ending) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(ending))
                    .max(Comparator.comparingLong(file -> file.toFile().lastModified()))
                    .orElse(null);
        }
    }

    /** Starts all; returns when every pair of SAEs gets keys, with the load on. */
    public void begin() throws IOException, InterruptedException {
        members.startAll();
        awaitService();
        load.start();
    }

    /**
     * Has a node die at a crash point, once it comes there: as it runs, or when it has been started for it.
     *
     * @param provocation done again and again until then; may fail
     */
    public void crash(String node, String point, Provocation provocation) throws IOException, InterruptedException {
        Path armed = CrashingNode.crashFile(config(node));
        Files.writeString(armed, point);
        members.start(node);
        long until = System.nanoTime() + PATIENCE.toNanos();
        IOException last = null;
        while (!members.dead().contains(node)) {
            if (System.nanoTime() > until) {
                throw new AssertionError(
                        node + " did not come to " + point + " within " + PATIENCE.toSeconds() + " s", last);
            }
            try {
                provocation.run();
            } catch (IOException notReadyYetOrDeadByNow) {
                last = notReadyYetOrDeadByNow;
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
        if (Files.exists(armed)) {
            throw new AssertionError(node + " ended, and not at " + point + ": see " + members.log(node));
        }
        history.note(node + " died at " + point);
    }

    private Path config(String node) {
        return network.files().members().stream()
                .filter(member -> member.name().equals(node))
                .map(DemoNetwork.Member::config)
                .findFirst()
                .orElseThrow();
    }

    /** Starts a node; returns when it is ready. */
    public void start(String node) throws IOException, InterruptedException {
        members.start(node);
        long until = System.nanoTime() + PATIENCE.toNanos();
        while (!members.isReady(node)) {
            if (System.nanoTime() > until) {
                throw new AssertionError(node + " does not get ready, see " + members.log(node));
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    public void kill(String node) throws InterruptedException {
        members.kill(node);
        history.note(node + " killed");
    }

    /** Waits until all processes are ready and every pair of SAEs gets keys. */
    public void awaitService() throws InterruptedException {
        List<String> late = members.awaitReady(PATIENCE);
        if (!late.isEmpty()) {
            throw new AssertionError("not ready: " + late + ", see " + members.log(late.get(0)));
        }
        long until = System.nanoTime() + PATIENCE.toNanos();
        for (SaePair pair : network.pairs()) {
            while (!load.probe(pair)) {
                if (System.nanoTime() > until) {
                    throw new AssertionError("no keys for " + pair);
                }
                TimeUnit.MILLISECONDS.sleep(50);
            }
        }
    }

    /** Ends the load; returns when every key is fetched. */
    public void calmDown() throws InterruptedException {
        load.stopAsking();
        long until = System.nanoTime() + PATIENCE.toNanos();
        int quiet = 0;
        while (quiet < 10) {
            if (System.nanoTime() > until) {
                throw new AssertionError(load.open() + " keys could not be fetched");
            }
            TimeUnit.MILLISECONDS.sleep(100);
            quiet = load.open() == 0 ? quiet + 1 : 0;
        }
    }

    /** Copies the data directory of a node that does not run. */
    public void copyDisk(String node, Path to) throws IOException {
        Files.createDirectories(to, OwnerOnly.DIRECTORY);
        try (Stream<Path> files = Files.list(network.data(node))) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
    }

    /** Puts an old copy in the place of the data directory of a node that does not run. */
    public void putBack(String node, Path copy) throws IOException {
        Path data = network.data(node);
        try (Stream<Path> files = Files.walk(data)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
        Files.move(copy, data);
    }

    /** The time of the history. */
    public long now() {
        return history.now();
    }

    /**
     * Asks once more for every key that slaves at a node have fetched since some time.
     *
     * @return how many there were
     */
    public int askAgain(String node, long since) throws IOException {
        List<Event> fetched = history.since(since).stream()
                .filter(event -> event.op() == Op.DEC && event.outcome() == Outcome.OK)
                .filter(event -> network.files().home(new SaeId(event.sae())).equals(node))
                .toList();
        for (Event event : fetched) {
            sae(event.sae()).fetch(new SaeId(event.peers().get(0)), List.of(event.id()));
        }
        return fetched.size();
    }

    /** Has a master ask for keys that nobody fetches. */
    public List<String> ask(String master, String slave, int number) throws IOException, InterruptedException {
        while (true) {
            Sae.Reply reply = sae(master).askFor(List.of(new SaeId(slave)), number, BITS);
            if (reply.outcome() == Outcome.OK) {
                return List.copyOf(reply.ids());
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }

    /** Whether the slave gets these keys; asks until that is clear. */
    public boolean fetches(String slave, String master, List<String> ids) throws IOException, InterruptedException {
        while (true) {
            Sae.Reply reply = sae(slave).fetch(new SaeId(master), ids);
            if (reply.outcome() == Outcome.OK || reply.outcome() == Outcome.REFUSED) {
                return reply.outcome() == Outcome.OK;
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }

    /** Whether a slave would get keys that it does not count on any more, each asked for alone. */
    public boolean isStillThere(String slave, String master, List<String> ids)
            throws IOException, InterruptedException {
        SaeId sae = new SaeId(slave);
        DemoSae client = new DemoSae(sae, network.api(sae), network.certificates());
        for (String id : ids) {
            DemoSae.Answer answer = client.decKeys(new SaeId(master), List.of(id));
            while (answer.status() == 503) {
                TimeUnit.MILLISECONDS.sleep(50);
                answer = client.decKeys(new SaeId(master), List.of(id));
            }
            if (answer.status() != 400) {
                return true;
            }
        }
        return false;
    }

    /** The slave does not count on these any more. */
    public void giveUp(String slave, String master, List<String> ids) {
        for (String id : ids) {
            history.add(
                    new Event(history.now(), 0, master, Op.LEFT, List.of(slave), 0, 0, 0, id, "", 0, Outcome.OK, ""));
        }
    }

    private Sae sae(String id) throws IOException {
        SaeId sae = new SaeId(id);
        return new Sae(sae, network.api(sae), network.certificates(), history, traces);
    }

    /** Relays a key and takes it back. */
    public void trace(String from, String to) throws IOException {
        JsonNode pair = JsonNodeFactory.instance.objectNode().put("from", from).put("to", to);
        management(network.files().home(new SaeId(from))).change("POST", "/manage/trace", pair);
    }

    public void zeroise(String node) throws IOException {
        management(node)
                .change(
                        "POST",
                        "/manage/zeroise",
                        JsonNodeFactory.instance.objectNode().put("confirm", node));
    }

    public void undrain(String node) throws IOException {
        management(node).change("DELETE", "/manage/drain", null);
    }

    private ManagementClient management(String node) {
        return new ManagementClient(network.address(node), PATIENCE);
    }

    /**
     * What broke of the promises of torture; to be asked when all is fetched.
     *
     * @return empty when all is well
     */
    public List<String> violations() throws IOException, InterruptedException {
        Checker.Result result = new Checker(LIFE.toMillis()).check(history.events());
        List<Violation> violations = new ArrayList<>(result.violations());
        violations.addAll(PadLedger.read(ledgers).check());
        violations.addAll(traces.under(folder).violations());
        violations.addAll(new Leftovers(network).check(history.keysNobodyFetches(), PATIENCE));
        System.out.println("Crash sweep: " + result.given() + " keys given, " + result.fetched() + " fetched, "
                + result.cut() + " answers cut, " + result.unanswered() + " requests unanswered");
        return violations.stream().map(Violation::toString).toList();
    }

    @Override
    public void close() throws IOException {
        load.close();
        processes.stop();
        history.close();
        network.close();
    }
}
