package org.qkdmesh.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.qkdmesh.cli.torture.CrashSweep;
import org.qkdmesh.cli.torture.CrashSweep.Provocation;
import org.qkdmesh.store.DurableStep;

/**
 * Real nodes under load that die at every durable step, right before it and right after it, and come up again: what a
 * master was given its slave fetches, once, with the same bytes. The two ends of the mesh are swept, each the ingress, the
 * egress and the node between of what the others ask for; a node between has no durable step of its own. One after the
 * other: what starts is all that two processors can do, and the end that is up is what the other waits for.
 */
@Tag("faults")
class CrashSweepIT {

    /** Below the ports that the system takes for outgoing connections. */
    private static final int PORT_OFFSET = 23_200;

    private static final String WEST = "west";
    private static final String EAST = "east";

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path folder;

    @Test
    void nodesThatDieAtAnyDurableStep_comeBackWithNothingLostDoubledOrDifferent() throws Exception {
        makeTheLaunchersCopy();
        try (CrashSweep sweep = new CrashSweep(folder, PORT_OFFSET)) {
            sweep.begin();
            dieAtEachStep(sweep, "before:", WEST, "sae-a", "sae-b");
            dieAtEachStep(sweep, "after:", EAST, "sae-b", "sae-a");
            dieAsAnOldCopy(sweep);
            dieWhileKeysAreDestroyed(sweep);
            sweep.calmDown();
            assertThat(sweep.violations()).isEmpty();
        }
    }

    private static void makeTheLaunchersCopy() throws Exception {
        Process launcher =
                new ProcessBuilder("./qkd-mesh", "--version").inheritIO().start();
        assertThat(launcher.waitFor()).isZero();
    }

    /** Each time it comes up, the node dies at another point. */
    private static void dieAtEachStep(CrashSweep sweep, String side, String node, String sae, String far)
            throws Exception {
        for (DurableStep step : stepsOfService()) {
            Provocation provocation =
                    step == DurableStep.INGRESS_TAKEN_BACK ? () -> sweep.trace(sae, far) : Provocation.NONE;
            sweep.crash(node, side + step, provocation);
        }
        sweep.start(node);
    }

    /** Those that come by themselves, sooner or later, or by a harmless command; {@code StoreRekeyTest} sweeps the rest. */
    private static List<DurableStep> stepsOfService() {
        List<DurableStep> steps = new ArrayList<>(List.of(DurableStep.values()));
        steps.removeAll(List.of(DurableStep.START_RESTORED, DurableStep.ZEROISE_BEGUN));
        steps.removeIf(step -> step.toString().startsWith("kek."));
        return steps;
    }

    /** A copy of the disk with keys on it is put back when they are fetched: they are not there a second time. */
    private void dieAsAnOldCopy(CrashSweep sweep) throws Exception {
        Path copy = folder.resolve("copy");
        sweep.kill(EAST);
        long copied = sweep.now();
        sweep.copyDisk(EAST, copy);
        sweep.start(EAST);
        sweep.awaitService();
        sweep.calmDown();
        sweep.kill(EAST);
        sweep.putBack(EAST, copy);

        sweep.crash(EAST, "before:" + DurableStep.START_RESTORED, Provocation.NONE);
        sweep.crash(EAST, "after:" + DurableStep.START_RESTORED, Provocation.NONE);
        sweep.start(EAST);
        sweep.awaitService();

        assertThat(sweep.askAgain(EAST, copied)).isPositive();
    }

    private static void dieWhileKeysAreDestroyed(CrashSweep sweep) throws Exception {
        List<String> keys = sweep.ask("sae-b", "sae-a", 10);
        List<String> fetched = keys.subList(0, 5);
        List<String> destroyed = keys.subList(5, 10);

        sweep.crash(WEST, "before:" + DurableStep.ZEROISE_BEGUN, () -> sweep.zeroise(WEST));
        sweep.start(WEST);
        assertThat(sweep.fetches("sae-a", "sae-b", fetched)).isTrue();

        sweep.giveUp("sae-a", "sae-b", destroyed);
        sweep.crash(WEST, "after:" + DurableStep.ZEROISE_BEGUN, () -> sweep.zeroise(WEST));
        sweep.start(WEST);
        assertThat(sweep.isStillThere("sae-a", "sae-b", destroyed)).isFalse();

        sweep.zeroise(WEST);
        sweep.undrain(WEST);
        sweep.awaitService();
    }
}
