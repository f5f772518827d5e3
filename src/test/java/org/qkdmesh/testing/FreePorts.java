package org.qkdmesh.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Ports for servers whose address has to be known before they start. None is given out twice in a test run: each test
 * process has a range of its own, and all ranges lie below those that the system takes for outgoing connections.
 */
public final class FreePorts {

    private static final int FIRST = 17_000;
    private static final int RANGES = 6;
    private static final int RANGE = 1_900;

    private static final int START =
            FIRST + RANGE * (Integer.parseInt(System.getProperty("test.process", "0")) % RANGES);

    /** Begins anywhere, for the sake of another test run beside this one. */
    private static final AtomicInteger next =
            new AtomicInteger(ThreadLocalRandom.current().nextInt(RANGE));

    private FreePorts() {}

    public static int one() {
        return several(1);
    }

    /** The first of so many free ports in a row. */
    public static int several(int number) {
        for (int tried = 0; tried < RANGE; tried += number) {
            int first = START + Math.floorMod(next.getAndAdd(number), RANGE - number);
            if (areFree(first, number)) {
                return first;
            }
        }
        throw new IllegalStateException("no " + number + " free ports from " + START + " on");
    }

    private static boolean areFree(int first, int number) {
        for (int port = first; port < first + number; port++) {
            try {
                new ServerSocket(port, 1, InetAddress.getLoopbackAddress()).close();
            } catch (IOException e) {
                return false;
            }
        }
        return true;
    }
}
