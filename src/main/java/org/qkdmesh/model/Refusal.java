package org.qkdmesh.model;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * A request that is answered with an error: the one exception that a caller of an API gets to see the message of.
 * The message is safe to show and says what was wrong and which limits hold; a cause stays in the log.
 */
public final class Refusal extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** What kind of answer a refusal becomes; the number is the HTTP status. */
    public enum Status {
        BAD_REQUEST(400),
        UNAUTHORIZED(401),
        NOT_FOUND(404),
        METHOD_NOT_ALLOWED(405),
        TIMEOUT(408),
        TOO_LARGE(413),
        TOO_MANY_REQUESTS(429),
        UNAVAILABLE(503);

        private final int code;

        Status(int code) {
            this.code = code;
        }

        public int code() {
            return code;
        }
    }

    private final Status status;
    private final String reason;
    private final long retryAfterSeconds;
    private final transient List<Map<String, String>> details;
    private final transient Optional<SaePair> pair;

    public Refusal(Status status, String message) {
        this(status, message, List.of(), null);
    }

    public Refusal(Status status, String message, List<Map<String, String>> details, Throwable cause) {
        this(status, message, details, cause, status.name().toLowerCase(Locale.ROOT), 1, Optional.empty());
    }

    private Refusal(
            Status status,
            String message,
            List<Map<String, String>> details,
            Throwable cause,
            String reason,
            long retryAfterSeconds,
            Optional<SaePair> pair) {
        // Refusals are ordinary answers, made often: no stack trace, no suppressed exceptions.
        super(Objects.requireNonNull(message, "message"), cause, false, false);
        this.status = Objects.requireNonNull(status, "status");
        this.details = List.copyOf(details);
        this.reason = reason;
        this.retryAfterSeconds = retryAfterSeconds;
        this.pair = pair;
    }

    public static Refusal badRequest(String message) {
        return new Refusal(Status.BAD_REQUEST, message);
    }

    public static Refusal unauthorized(String message) {
        return new Refusal(Status.UNAUTHORIZED, message);
    }

    public static Refusal unavailable(String message) {
        return new Refusal(Status.UNAVAILABLE, message);
    }

    /**
     * The caller has had as much as it may have for now.
     *
     * @param reason one of a small set of words
     * @param retryAfterSeconds when it may have more, at least 1
     */
    public static Refusal tooMany(String reason, String message, long retryAfterSeconds) {
        return new Refusal(
                Status.TOO_MANY_REQUESTS, message, List.of(), null, reason, retryAfterSeconds, Optional.empty());
    }

    /** The same to the caller, and counted under this word, one of a small set, in place of its status. */
    public Refusal countedAs(String word) {
        return new Refusal(status, getMessage(), details, getCause(), word, retryAfterSeconds, pair);
    }

    /** The same to the caller; these are the SAEs whose keys it is about. */
    public Refusal about(SaePair saes) {
        return new Refusal(status, getMessage(), details, getCause(), reason, retryAfterSeconds, Optional.of(saes));
    }

    public Status status() {
        return status;
    }

    /** Members for the machine, each an object; often empty, never null. */
    public List<Map<String, String>> details() {
        return details;
    }

    /** The SAEs whose keys it is about, where it says so. */
    public Optional<SaePair> pair() {
        return pair;
    }

    /** The word that such refusals are counted under. */
    public String reason() {
        return reason;
    }

    /** When to ask again, where the refusal is temporary; at least 1. */
    public long retryAfterSeconds() {
        return retryAfterSeconds;
    }

    /** Whether the same request may succeed a little later. */
    public boolean isTemporary() {
        return status == Status.UNAVAILABLE || status == Status.TOO_MANY_REQUESTS;
    }
}
