package org.qkdmesh.testkit;

import java.util.List;
import java.util.Map;
import java.util.Timer;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.camel.CamelContext;
import org.apache.camel.component.platform.http.PlatformHttpConstants;
import org.apache.camel.component.timer.TimerComponent;
import org.apache.camel.component.timer.TimerConsumer;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.SecretBytes;
import org.qkdmesh.node.Identities;
import org.qkdmesh.node.Transport;
import org.qkdmesh.transport.InMemoryServer;

/** The ways in and out of one node of a test. */
final class TestTransport implements Transport {

    /** As the routes name them. */
    private static final List<String> ENGINES = List.of(
            "saeEncKeys",
            "saeReads",
            "peerRelay",
            "peerLinkKeys",
            "peerNotices",
            "peerControl",
            "management",
            PlatformHttpConstants.PLATFORM_HTTP_ENGINE_NAME);

    private final InMemoryServer server;
    private final Supplier<NetworkComponent> network;
    private final TestClock clock;
    private final Quiet quiet;
    private final Consumer<CamelContext> more;

    /** @param more what else is to be done before the routes are loaded */
    TestTransport(
            InMemoryServer server,
            Supplier<NetworkComponent> network,
            TestClock clock,
            Quiet quiet,
            Consumer<CamelContext> more) {
        this.server = server;
        this.network = network;
        this.clock = clock;
        this.quiet = quiet;
        this.more = more;
    }

    @Override
    public void open(CamelContext context, Identities identities, SecretBytes adminToken, EventLog events) {
        ENGINES.forEach(name -> context.getRegistry().bind(name, server));
        context.addComponent("https", network.get());
        context.addComponent("http", network.get());
        context.addComponent("mtls", network.get());
        context.addComponent("timer", new ClockTimers());
        quiet.watch(context);
        more.accept(context);
    }

    @Override
    public void close() {
        // Nothing is open.
    }

    /** Camel's timers, by the clock of the test. */
    private final class ClockTimers extends TimerComponent {

        private final Map<TimerConsumer, Timer> timers = new ConcurrentHashMap<>();

        @Override
        public Timer getTimer(TimerConsumer consumer) {
            return timers.computeIfAbsent(consumer, one -> clock.newTimer());
        }

        @Override
        public void removeTimer(TimerConsumer consumer) {
            Timer timer = timers.remove(consumer);
            if (timer != null) {
                timer.cancel();
            }
        }
    }
}
