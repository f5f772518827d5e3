package org.qkdmesh.ops;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggerContextListener;
import java.util.List;

/**
 * Has the libraries of connections say nothing below info, whatever levels a configuration of the log gives them, then or
 * later: they would show what they carry. Their levels are what it holds down, and not each line that they might write,
 * since they ask a hundred times a request whether they may.
 */
final class QuietCarriers implements LoggerContextListener {

    /** Those that get to see what goes over connections. */
    private static final List<String> CARRIERS = List.of("org.apache", "io.vertx", "io.netty", "org.sqlite");

    static void in(LoggerContext context) {
        QuietCarriers quiet = new QuietCarriers();
        context.addListener(quiet);
        quiet.hush(context);
    }

    private void hush(LoggerContext context) {
        CARRIERS.stream().map(context::getLogger).forEach(QuietCarriers::hush);
        context.getLoggerList().stream().filter(QuietCarriers::isCarrier).forEach(QuietCarriers::hush);
    }

    private static void hush(Logger logger) {
        if (!logger.getEffectiveLevel().isGreaterOrEqual(Level.INFO)) {
            logger.setLevel(Level.INFO);
        }
    }

    private static boolean isCarrier(Logger logger) {
        String name = logger.getName();
        return CARRIERS.stream().anyMatch(carrier -> name.equals(carrier) || name.startsWith(carrier + "."));
    }

    @Override
    public void onLevelChange(Logger logger, Level level) {
        if (isCarrier(logger)) {
            hush(logger);
        }
    }

    /** All levels are gone, and another configuration follows. */
    @Override
    public void onReset(LoggerContext context) {
        hush(context);
    }

    @Override
    public boolean isResetResistant() {
        return true;
    }

    @Override
    public void onStart(LoggerContext context) {
        // Nothing has changed by that.
    }

    @Override
    public void onStop(LoggerContext context) {
        // Nothing is written any more.
    }
}
