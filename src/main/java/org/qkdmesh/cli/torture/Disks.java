package org.qkdmesh.cli.torture;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.qkdmesh.cli.torture.Fault.Kind;
import org.qkdmesh.model.OwnerOnly;

/**
 * What can be done to the disk and the clock of a node: its data directory is a small file system of its own where mounting
 * is allowed, and where there is {@code strace} its calls to the disk can be made to fail.
 */
final class Disks implements AutoCloseable {

    private static final String BALLOON = "balloon";
    private static final String SIZE = "48m";

    private final TortureNetwork network;
    private final Set<Kind> able;
    private final List<String> missing = new ArrayList<>();
    private final Map<String, SyncFault> syncFaults = new HashMap<>();
    private final ForgetfulDisks forgetful;

    /** @param wanted kinds of faults, of which those are left out that this machine does not allow */
    Disks(TortureNetwork network, Set<Kind> wanted) throws IOException, InterruptedException {
        this.network = network;
        this.able = EnumSet.copyOf(wanted);
        unmountAll(network);
        for (String node : network.nodes()) {
            Files.createDirectories(disk(node), OwnerOnly.DIRECTORY);
            Files.createDirectories(network.data(node), OwnerOnly.DIRECTORY);
        }
        ForgetfulDisks disks = able.contains(Kind.POWER_CUT)
                ? ForgetfulDisks.in(disk("").getParent()).orElse(null)
                : null;
        if (able.contains(Kind.DISK_FULL) && !mountSmallDisks(disks == null)) {
            able.remove(Kind.DISK_FULL);
            missing.add("No disk gets full: that needs the right to mount a small one.");
        }
        if (disks != null && !serve(disks)) {
            disks = null;
        }
        if (able.contains(Kind.POWER_CUT) && disks == null) {
            able.remove(Kind.POWER_CUT);
            missing.add("No power is cut: that needs FUSE, Python with its module fusepy, and the right to mount.");
        }
        this.forgetful = disks;
        if ((able.contains(Kind.FSYNC_ERROR) || able.contains(Kind.SYNC_KILL)) && !SyncFault.isPossible()) {
            able.removeAll(Set.of(Kind.FSYNC_ERROR, Kind.SYNC_KILL));
            missing.add("No fsync fails, and none kills: that needs strace, and the right to trace a process.");
        }
    }

    /** The kinds of faults that are wanted and work on this machine. */
    Set<Kind> able() {
        return Set.copyOf(able);
    }

    /** What is wanted and does not work on this machine, in words. */
    List<String> missing() {
        return List.copyOf(missing);
    }

    /** The file that says how far off a node's clock is. */
    Path clock(String node) {
        return network.data(node).resolveSibling(node + ".clock");
    }

    /** @param pid of the node */
    void begin(Fault fault, long pid) throws IOException, InterruptedException {
        String node = fault.target();
        switch (fault.kind()) {
            case CLOCK -> Files.writeString(clock(node), Integer.toString(fault.amount()));
            case DISK_FULL -> fill(smallDisk(node).resolve(BALLOON));
            case POWER_CUT -> forgetful.cutPower(node);
            case FSYNC_ERROR -> syncFaults.put(node, SyncFault.failing(pid));
            case SYNC_KILL -> syncFaults.put(node, SyncFault.killing(pid, fault.amount()));
            default -> throw new IllegalArgumentException("not done to nodes: " + fault);
        }
    }

    void mend(Fault fault) throws IOException, InterruptedException {
        String node = fault.target();
        switch (fault.kind()) {
            case CLOCK -> Files.deleteIfExists(clock(node));
            case DISK_FULL -> Files.deleteIfExists(smallDisk(node).resolve(BALLOON));
            case POWER_CUT -> {
                // It is on again.
            }
            case FSYNC_ERROR, SYNC_KILL -> syncFaults.remove(node).close();
            default -> throw new IllegalArgumentException("not done to nodes: " + fault);
        }
    }

    private static void fill(Path balloon) {
        byte[] bytes = new byte[1 << 16];
        try (OutputStream out = Files.newOutputStream(balloon)) {
            while (true) {
                out.write(bytes);
            }
        } catch (IOException full) {
            // As was wanted.
        }
    }

    private Path disk(String node) {
        return disk(network, node);
    }

    /** What lies below the data directory of a node, where that is a file system of ours. */
    private static Path disk(TortureNetwork network, String node) {
        return network.data(node).resolveSibling(node + ".disk");
    }

    private Path smallDisk(String node) {
        return forgetful == null ? network.data(node) : disk(node);
    }

    private boolean mountSmallDisks(boolean directly) {
        for (String node : network.nodes()) {
            Path at = directly ? network.data(node) : disk(node);
            if (!Programs.succeeds(
                    "mount", "-t", "tmpfs", "-o", "mode=700,size=" + SIZE, "qkd-mesh-torture", at.toString())) {
                return false;
            }
        }
        return true;
    }

    private boolean serve(ForgetfulDisks disks) throws IOException, InterruptedException {
        for (String node : network.nodes()) {
            if (!disks.serve(node, disk(node), network.data(node))) {
                return false;
            }
        }
        return true;
    }

    /** Takes away the file systems of a run on this network, also one that was killed. */
    static void unmountAll(TortureNetwork network) throws IOException {
        String mounts = Files.exists(Path.of("/proc/mounts")) ? Files.readString(Path.of("/proc/mounts")) : "";
        for (String node : network.nodes()) {
            for (Path mounted : List.of(network.data(node), disk(network, node))) {
                if (mounts.contains(" " + mounted.toAbsolutePath() + " ")
                        && !Programs.succeeds("umount", "--lazy", mounted.toString())) {
                    Programs.succeeds("fusermount3", "-u", "-z", mounted.toString());
                }
            }
        }
    }

    @Override
    public void close() throws IOException {
        syncFaults.values().forEach(SyncFault::close);
        unmountAll(network);
    }
}
