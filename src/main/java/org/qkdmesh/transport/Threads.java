package org.qkdmesh.transport;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/** Threads on demand: virtual ones on a JDK that has them (21 and later), else ordinary ones that end when not needed. */
final class Threads {

    private Threads() {}

    static ExecutorService onDemand(String name) {
        try {
            return virtual(name);
        } catch (ReflectiveOperationException e) {
            AtomicInteger number = new AtomicInteger();
            return Executors.newCachedThreadPool(work -> {
                Thread thread = new Thread(work, name + "-" + number.incrementAndGet());
                thread.setDaemon(true);
                return thread;
            });
        }
    }

    /** By reflection, since the code is compiled for a JDK without them. */
    private static ExecutorService virtual(String name) throws ReflectiveOperationException {
        Object builder = Thread.class.getMethod("ofVirtual").invoke(null);
        Class<?> type = Class.forName("java.lang.Thread$Builder$OfVirtual");
        type.getMethod("name", String.class, long.class).invoke(builder, name + "-", 1L);
        ThreadFactory factory = (ThreadFactory) type.getMethod("factory").invoke(builder);
        return (ExecutorService) Executors.class
                .getMethod("newThreadPerTaskExecutor", ThreadFactory.class)
                .invoke(null, factory);
    }
}
