package org.qkdmesh.simulator;

import java.util.ArrayList;
import java.util.List;
import org.apache.camel.Processor;
import org.apache.camel.component.platform.http.PlatformHttpEndpoint;
import org.apache.camel.component.platform.http.spi.PlatformHttpConsumer;
import org.apache.camel.component.platform.http.spi.PlatformHttpEngine;
import org.apache.camel.support.DefaultConsumer;
import org.apache.camel.support.service.ServiceHelper;
import org.qkdmesh.transport.RouteEngine;

/**
 * What the simulator's routes attach to: one route serves every simulated KME, each on its own server, and finds the KME
 * that was called in the exchange property {@value #KME}.
 */
final class KmeDoors implements PlatformHttpEngine {

    /** {@link SimulatedKme}: the one that was called. */
    static final String KME = "kme";

    /** The way in to one KME. */
    record Door(SimulatedKme kme, RouteEngine engine) {}

    private final List<Door> doors;

    KmeDoors(List<Door> doors) {
        this.doors = List.copyOf(doors);
    }

    @Override
    public PlatformHttpConsumer createConsumer(PlatformHttpEndpoint endpoint, Processor processor) {
        List<PlatformHttpConsumer> consumers = new ArrayList<>();
        for (Door door : doors) {
            consumers.add(door.engine().createConsumer(endpoint, exchange -> {
                exchange.setProperty(KME, door.kme());
                processor.process(exchange);
            }));
        }
        return new EveryDoor(endpoint, processor, consumers);
    }

    /** None: there are as many ports as KMEs. */
    @Override
    public int getServerPort() {
        return 0;
    }

    /** Starts and stops the consumers at all doors together. */
    private static final class EveryDoor extends DefaultConsumer implements PlatformHttpConsumer {

        private final List<PlatformHttpConsumer> consumers;

        EveryDoor(PlatformHttpEndpoint endpoint, Processor processor, List<PlatformHttpConsumer> consumers) {
            super(endpoint, processor);
            this.consumers = consumers;
        }

        @Override
        public PlatformHttpEndpoint getEndpoint() {
            return (PlatformHttpEndpoint) super.getEndpoint();
        }

        @Override
        protected void doStart() throws Exception {
            super.doStart();
            ServiceHelper.startService(consumers);
        }

        @Override
        protected void doStop() throws Exception {
            ServiceHelper.stopService(consumers);
            super.doStop();
        }
    }
}
