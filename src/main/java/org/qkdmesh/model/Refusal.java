package org.qkdmesh.model;

import java.util.List;
import java.util.Map;
import java.util.Objects;

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
    private final transient List<Map<String, String>> details;

    public Refusal(Status status, String message) {
        this(status, message, List.of(), null);
    }

    public Refusal(Status status, String message, List<Map<String, String>> details, Throwable cause) {
        // Refusals are ordinary answers, made often: no stack trace, no suppressed exceptions.
        super(Objects.requireNonNull(message, "message"), cause, false, false);
        this.status = Objects.requireNonNull(status, "status");
        this.details = List.copyOf(details);
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

    public Status status() {
        return status;
    }

    /** Members for the machine, each an object; often empty, never null. */
    public List<Map<String, String>> details() {
        return details;
    }

    /** Whether the same request may succeed a little later. */
    public boolean isTemporary() {
        return status == Status.UNAVAILABLE || status == Status.TOO_MANY_REQUESTS;
    }
}
