package org.qkdmesh.doctor;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Notes what the clocks of others say beside this machine's. Safe for use by several threads. */
final class Clocks {

    /**
     * One look at another clock.
     *
     * @param ahead how far this machine's clock is ahead of it; negative when it is behind
     */
    record Sighting(String whose, Duration ahead) {}

    private final InstantSource wall;
    private final List<Sighting> sightings = new ArrayList<>();

    Clocks(InstantSource wall) {
        this.wall = wall;
    }

    Instant now() {
        return wall.instant();
    }

    /** @param date a header {@code Date} of an answer that came just now, after so long; it is exact to a second */
    synchronized void saw(String whose, Optional<String> date, Duration took) {
        date.flatMap(Clocks::parsed).ifPresent(theirs -> {
            Instant ours = wall.instant().minus(took.dividedBy(2));
            // They cut off the fraction of their second; half of one is the best guess.
            sightings.add(new Sighting(whose, Duration.between(theirs.plusMillis(500), ours)));
        });
    }

    synchronized List<Sighting> sightings() {
        return List.copyOf(sightings);
    }

    private static Optional<Instant> parsed(String date) {
        try {
            return Optional.of(ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant());
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }
}
