package org.qkdmesh.doctor;

import java.util.Objects;
import java.util.Optional;

/**
 * One thing that a check saw.
 *
 * @param text what was seen, for a person
 * @param remedy what to do about it; empty when all is well
 * @param command the next command to type; empty when there is none
 */
public record Finding(Level level, String text, Optional<String> remedy, Optional<String> command) {

    /** How bad it is. */
    public enum Level {
        OK,
        WARN,
        FAIL
    }

    public Finding {
        Objects.requireNonNull(level, "level");
        Objects.requireNonNull(text, "text");
        Objects.requireNonNull(remedy, "remedy");
        Objects.requireNonNull(command, "command");
    }

    static Finding ok(String text) {
        return new Finding(Level.OK, text, Optional.empty(), Optional.empty());
    }

    /** Works, but should be looked after. */
    static Finding warn(String text, String remedy) {
        return new Finding(Level.WARN, text, Optional.of(remedy), Optional.empty());
    }

    /** Does not work, or is not safe. */
    static Finding fail(String text, String remedy) {
        return new Finding(Level.FAIL, text, Optional.of(remedy), Optional.empty());
    }

    Finding next(String nextCommand) {
        return new Finding(level, text, remedy, Optional.of(nextCommand));
    }
}
