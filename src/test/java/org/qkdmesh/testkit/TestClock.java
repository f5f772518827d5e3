package org.qkdmesh.testkit;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Timer;
import java.util.TimerTask;
import org.qkdmesh.model.NodeClock;

/**
 * The time of a test, for nodes and for the {@code timer:} routes in them. It moves when it is told to.
 *
 * <p>Not by it go: {@code delay} steps and the delays of redeliveries, which take real time, and other schedulers than
 * {@code timer:}.
 */
public final class TestClock implements NodeClock {

    private static final long TO_THE_MOMENT_MILLIS = 10_000;
    private static final long IN_SHORT_STRIDES_MILLIS = 600_000;
    private static final long SHORT_STRIDE_MILLIS = 1_000;

    /** Shorter than the time after which neighbours that did not talk to each other take their link for dead. */
    private static final long LONG_STRIDE_MILLIS = 10_000;

    private final Runnable settle;
    private final List<Alarm> alarms = new ArrayList<>();
    private long monotonicMillis = 1_000_000;
    private Instant wall = Instant.now();

    private static final class Alarm {
        private final Timer owner;
        private final TimerTask task;
        private final long period;
        private long due;

        private Alarm(Timer owner, TimerTask task, long due, long period) {
            this.owner = owner;
            this.task = task;
            this.due = due;
            this.period = period;
        }
    }

    /** @param settle waits until what was set off is done */
    TestClock(Runnable settle) {
        this.settle = settle;
    }

    @Override
    public synchronized long monotonicMillis() {
        return monotonicMillis;
    }

    @Override
    public synchronized Instant wall() {
        return wall;
    }

    /**
     * Time passes. Each timer that comes due fires at its moment, and what it sets off is done before time goes on. More
     * than ten seconds go by in strides of a second, more than ten minutes in strides of ten, and in each of them a timer
     * fires once at most.
     */
    public void advance(Duration time) {
        long end = monotonicMillis() + time.toMillis();
        settle.run();
        do {
            moveTo(Math.min(end, next(time.toMillis())));
            takeDue().forEach(TimerTask::run);
            settle.run();
        } while (monotonicMillis() < end);
    }

    /** Somebody sets the wall clock, forward or back; ages and timers do not go by it. */
    public synchronized void shiftWall(Duration by) {
        wall = wall.plus(by);
    }

    /** The moment to stop at next in a stretch of this length. */
    private synchronized long next(long stretch) {
        if (stretch > TO_THE_MOMENT_MILLIS) {
            return monotonicMillis + (stretch > IN_SHORT_STRIDES_MILLIS ? LONG_STRIDE_MILLIS : SHORT_STRIDE_MILLIS);
        }
        return alarms.stream().mapToLong(alarm -> alarm.due).min().orElse(Long.MAX_VALUE);
    }

    private synchronized void moveTo(long moment) {
        long passed = Math.max(0, moment - monotonicMillis);
        monotonicMillis += passed;
        wall = wall.plusMillis(passed);
    }

    private synchronized List<TimerTask> takeDue() {
        List<TimerTask> due = new ArrayList<>();
        for (Alarm alarm : List.copyOf(alarms)) {
            if (alarm.due <= monotonicMillis) {
                due.add(alarm.task);
                if (alarm.period <= 0) {
                    alarms.remove(alarm);
                }
                while (alarm.period > 0 && alarm.due <= monotonicMillis) {
                    alarm.due += alarm.period;
                }
            }
        }
        return due;
    }

    private synchronized void add(Alarm alarm) {
        alarms.add(alarm);
    }

    private synchronized void removeAllOf(Timer owner) {
        alarms.removeIf(alarm -> alarm.owner == owner);
    }

    /** A timer that goes by this clock. */
    Timer newTimer() {
        return new ClockTimer();
    }

    private final class ClockTimer extends Timer {

        private ClockTimer() {
            super("unused", true);
            // Its own thread has nothing to do.
            super.cancel();
        }

        @Override
        public void schedule(TimerTask task, long delay) {
            add(new Alarm(this, task, monotonicMillis() + delay, 0));
        }

        @Override
        public void schedule(TimerTask task, Date time) {
            schedule(task, untilThen(time));
        }

        @Override
        public void schedule(TimerTask task, long delay, long period) {
            add(new Alarm(this, task, monotonicMillis() + delay, period));
        }

        @Override
        public void schedule(TimerTask task, Date first, long period) {
            schedule(task, untilThen(first), period);
        }

        @Override
        public void scheduleAtFixedRate(TimerTask task, long delay, long period) {
            schedule(task, delay, period);
        }

        @Override
        public void scheduleAtFixedRate(TimerTask task, Date first, long period) {
            schedule(task, untilThen(first), period);
        }

        @Override
        public void cancel() {
            removeAllOf(this);
        }

        private long untilThen(Date time) {
            return Math.max(0, time.getTime() - wall().toEpochMilli());
        }
    }
}
