package org.qkdmesh.testkit;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.component.seda.BlockingQueueFactory;
import org.apache.camel.component.seda.SedaComponent;
import org.apache.camel.spi.CamelEvent;
import org.apache.camel.support.EventNotifierSupport;
import org.apache.camel.support.SynchronizationAdapter;

/** Knows when nothing goes on any more in the routes of all nodes: no exchange runs and none waits in a queue. */
final class Quiet {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private int busy;

    void watch(CamelContext context) {
        context.getManagementStrategy().addEventNotifier(new Running());
        context.getComponent("seda", SedaComponent.class).setDefaultQueueFactory(new BlockingQueueFactory<>() {
            @Override
            public BlockingQueue<Exchange> create() {
                return new Queue(Integer.MAX_VALUE);
            }

            @Override
            public BlockingQueue<Exchange> create(int capacity) {
                return new Queue(capacity);
            }
        });
    }

    /** @throws AssertionError when something goes on and on */
    synchronized void await() {
        long end = System.nanoTime() + PATIENCE.toNanos();
        try {
            while (busy > 0) {
                long left = end - System.nanoTime();
                if (left <= 0) {
                    throw new AssertionError("after " + PATIENCE.toSeconds() + " s the routes are still busy with "
                            + busy + " exchanges: a route waits for something, or feeds itself");
                }
                TimeUnit.NANOSECONDS.timedWait(this, left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while routes were busy", e);
        }
    }

    private synchronized void begun() {
        busy++;
    }

    private synchronized void ended() {
        busy--;
        notifyAll();
    }

    private final class Running extends EventNotifierSupport {

        private Running() {
            setIgnoreCamelContextEvents(true);
            setIgnoreRouteEvents(true);
            setIgnoreServiceEvents(true);
            setIgnoreExchangeSendingEvents(true);
            setIgnoreExchangeSentEvents(true);
            setIgnoreExchangeRedeliveryEvents(true);
        }

        @Override
        public void notify(CamelEvent event) {
            switch (event.getType()) {
                case ExchangeCreated -> begun();
                case ExchangeCompleted, ExchangeFailed -> ended();
                default -> {}
            }
        }
    }

    /** Counts an exchange from the moment that it waits until it is done. */
    private final class Queue extends LinkedBlockingQueue<Exchange> {

        private static final long serialVersionUID = 1L;

        private Queue(int capacity) {
            super(capacity);
        }

        @Override
        public boolean offer(Exchange exchange) {
            Ticket ticket = new Ticket(exchange);
            return ticket.orGiveBack(super.offer(exchange));
        }

        @Override
        public boolean offer(Exchange exchange, long timeout, TimeUnit unit) throws InterruptedException {
            Ticket ticket = new Ticket(exchange);
            return ticket.orGiveBack(super.offer(exchange, timeout, unit));
        }

        @Override
        public void put(Exchange exchange) throws InterruptedException {
            new Ticket(exchange);
            super.put(exchange);
        }
    }

    private final class Ticket extends SynchronizationAdapter {

        private boolean given = true;

        private Ticket(Exchange exchange) {
            begun();
            exchange.getExchangeExtension().addOnCompletion(this);
        }

        private boolean orGiveBack(boolean waits) {
            if (!waits) {
                giveBack();
            }
            return waits;
        }

        private synchronized void giveBack() {
            if (given) {
                given = false;
                ended();
            }
        }

        @Override
        public void onDone(Exchange exchange) {
            giveBack();
        }
    }
}
