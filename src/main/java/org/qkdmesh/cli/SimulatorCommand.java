package org.qkdmesh.cli;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.qkdmesh.config.BindAddress;
import org.qkdmesh.config.ConfigMistakes;
import org.qkdmesh.config.SimulatorConfig;
import org.qkdmesh.config.SimulatorConfigReader;
import org.qkdmesh.identity.ConfiguredCertificates;
import org.qkdmesh.ops.MeteredEvents;
import org.qkdmesh.routefiles.RouteDirectory;
import org.qkdmesh.simulator.SimulatorProcess;
import org.qkdmesh.transport.CannotListen;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code qkd-mesh kme-sim}. */
@Command(
        name = "kme-sim",
        mixinStandardHelpOptions = true,
        description = {
            "Runs pairs of simulated KMEs until Ctrl-C. They are no source of real keys.",
            "Faults are switched on the management port: see docs/reference/kme-simulator.md."
        },
        footer = {"", "Example:", "  ./qkd-mesh kme-sim --config config/kme-sim.yaml"})
final class SimulatorCommand implements Callable<Integer> {

    @Mixin
    private ConfigOptions options;

    @Mixin
    private LogOptions log;

    @Override
    public Integer call() throws Exception {
        SimulatorConfig config =
                SimulatorConfigReader.read(options.file(), System.getenv(), new ConfiguredCertificates());
        Path routes = options.routes().resolve(RouteDirectory.SIMULATOR);
        log.begin("kme-sim");
        NodeCommand.routesAreUsable(SimulatorProcess.checkRoutes(routes));
        try {
            return Foreground.run(
                    "kme-sim",
                    () -> SimulatorProcess.run(config, routes, new MeteredEvents(new SimpleMeterRegistry())));
        } catch (CannotListen e) {
            throw new ConfigMistakes(List.of(SimulatorConfigReader.mistake(
                    options.file(), System.getenv(), keyOf(config, e.address()), e.getMessage())));
        }
    }

    private static String keyOf(SimulatorConfig config, BindAddress address) {
        for (int i = 0; i < config.pairs().size(); i++) {
            SimulatorConfig.Pair pair = config.pairs().get(i);
            if (pair.one().listen().equals(address)) {
                return "pairs[" + i + "].kmes[0].listen";
            }
            if (pair.other().listen().equals(address)) {
                return "pairs[" + i + "].kmes[1].listen";
            }
        }
        return "management";
    }
}
