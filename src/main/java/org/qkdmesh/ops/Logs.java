package org.qkdmesh.ops;

import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.encoder.Encoder;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Pattern;
import org.slf4j.LoggerFactory;

/**
 * The log of a process that serves: lines of text or of JSON on standard output. Lines are written by a thread of their
 * own; when that can not keep up, since nobody reads the output, or can not write, since its disk is full, lines are dropped
 * and counted, and nothing else waits. Levels can be changed while it runs, those of this program only: at debug, libraries
 * would show what they carry, keys among it ({@link QuietCarriers}). Safe for use by several threads.
 */
public final class Logs {

    /** What a line looks like. */
    public enum Format {
        TEXT,
        JSON
    }

    private static final String OURS = "org.qkdmesh";
    private static final Pattern OWN_LOGGER = Pattern.compile("org\\.qkdmesh(\\.[A-Za-z0-9_$]{1,60}){0,8}");

    /** The request's id stands in brackets where there is one. */
    private static final String TEXT =
            "%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} %-5level %logger{30} - %replace(%X{request}){'(.+)', '[$1] '}%msg%n";

    /** By this the JDK can be made to print what goes over TLS, decrypted. */
    private static final String TLS_DEBUG = "javax.net.debug";

    private static final int WAITING_LINES = 4_096;

    /** So many places are kept free, for threads that found one at the same moment: none of their lines goes uncounted. */
    private static final int SPARE_LINES = 64;

    private static final LongAdder DROPPED = new LongAdder();

    private Logs() {}

    /**
     * From now on lines go out in this form.
     *
     * @param name of the process, a word in each line of JSON
     */
    public static void begin(String name, Format format, Level level) {
        LoggerContext context = context();
        context.setName(name);
        QuietCarriers.in(context);
        boolean tlsWasToBeShown = System.clearProperty(TLS_DEBUG) != null;
        OutputStreamAppender<ILoggingEvent> console = new OutputStreamAppender<>();
        console.setContext(context);
        console.setEncoder(format == Format.JSON ? json(context) : text(context));
        // Not System.out, which keeps silent about what it could not write.
        console.setOutputStream(new LossyLines(new FileOutputStream(FileDescriptor.out), DROPPED::increment));
        console.start();
        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.detachAndStopAllAppenders();
        root.addAppender(droppingWhenFull(context, console));
        context.getLogger(OURS).setLevel(level);
        if (tlsWasToBeShown) {
            context.getLogger(Logs.class)
                    .warn("{} is ignored: it would print what goes over TLS, keys among it", TLS_DEBUG);
        }
    }

    /** Writes the lines that wait, for a second at most; nothing is written afterwards. */
    public static void end() {
        context().stop();
    }

    /** Hands lines to the appender on another thread, as long as it keeps up. */
    static AsyncAppender droppingWhenFull(LoggerContext context, Appender<ILoggingEvent> out) {
        AsyncAppender queue = new Dropping();
        queue.setContext(context);
        queue.setQueueSize(WAITING_LINES + SPARE_LINES);
        queue.setDiscardingThreshold(SPARE_LINES);
        queue.setNeverBlock(true);
        queue.addAppender(out);
        queue.start();
        return queue;
    }

    /** Lines that were dropped since the process started. */
    static long dropped() {
        return DROPPED.sum();
    }

    private static final class Dropping extends AsyncAppender {

        /** Asked only when the queue is full; then every line is as good as another. */
        @Override
        protected boolean isDiscardable(ILoggingEvent line) {
            DROPPED.increment();
            return true;
        }
    }

    static Encoder<ILoggingEvent> text(LoggerContext context) {
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern(TEXT);
        encoder.start();
        return encoder;
    }

    static Encoder<ILoggingEvent> json(LoggerContext context) {
        JsonEncoder encoder = new JsonEncoder();
        encoder.setContext(context);
        encoder.setWithFormattedMessage(true);
        encoder.setWithMessage(false);
        encoder.setWithArguments(false);
        encoder.setWithSequenceNumber(false);
        encoder.setWithNanoseconds(false);
        encoder.start();
        return encoder;
    }

    /** The levels that were set, by logger; what is not here has the level of the nearest one above it. */
    public static Map<String, String> levels() {
        Map<String, String> levels = new TreeMap<>();
        for (Logger logger : context().getLoggerList()) {
            if (isOurs(logger.getName()) && logger.getLevel() != null) {
                levels.put(logger.getName(), logger.getLevel().toString().toLowerCase(Locale.ROOT));
            }
        }
        return levels;
    }

    /**
     * @param logger of this program, a package or a class, that has written or could write lines
     * @throws IllegalArgumentException when there is no such logger, or no such level
     */
    public static void setLevel(String logger, String level) {
        Logger known = ours(logger);
        Level wanted = Level.toLevel(level, null);
        if (wanted == null) {
            throw new IllegalArgumentException("expected a level: off, error, warn, info, debug or trace");
        }
        known.setLevel(wanted);
    }

    /**
     * Gives a logger the level of the nearest one above it again.
     *
     * @throws IllegalArgumentException when there is no such logger, or nothing above it
     */
    public static void clearLevel(String logger) {
        if (logger.equals(OURS)) {
            throw new IllegalArgumentException("there is nothing above " + OURS + " to take a level from; set one");
        }
        ours(logger).setLevel(null);
    }

    private static Logger ours(String name) {
        // Only loggers that exist: each name would stay in memory for good.
        Logger known = name != null && isOurs(name) ? context().exists(name) : null;
        if (known == null) {
            throw new IllegalArgumentException(
                    "expected a logger of this program that exists, such as org.qkdmesh.relay or org.qkdmesh.events");
        }
        return known;
    }

    private static boolean isOurs(String name) {
        return OWN_LOGGER.matcher(name).matches();
    }

    private static LoggerContext context() {
        return (LoggerContext) LoggerFactory.getILoggerFactory();
    }
}
