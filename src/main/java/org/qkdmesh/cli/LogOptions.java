package org.qkdmesh.cli;

import ch.qos.logback.classic.Level;
import java.util.Locale;
import org.qkdmesh.ops.Logs;
import picocli.CommandLine.Option;

/** How processes that serve write their log. */
final class LogOptions {

    private enum LogLevel {
        ERROR,
        WARN,
        INFO,
        DEBUG,
        TRACE
    }

    @Option(
            names = "--log-format",
            paramLabel = "FORMAT",
            defaultValue = "text",
            description = "What log lines look like: text for people, json for programs (default: text).")
    private Logs.Format format;

    @Option(
            names = "--log-level",
            paramLabel = "LEVEL",
            defaultValue = "info",
            description = {
                "How much is logged: error, warn, info, debug or trace (default: info).",
                "It can be changed while the process runs: see docs/operating/logs.md."
            })
    private LogLevel level;

    /** @param name of the process */
    void begin(String name) {
        Logs.begin(name, format, Level.toLevel(level.name().toLowerCase(Locale.ROOT)));
    }
}
