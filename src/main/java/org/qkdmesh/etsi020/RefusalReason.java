package org.qkdmesh.etsi020;

import java.util.Arrays;
import java.util.Optional;

/** Why a node refuses a message of another node. The wire name stands in the problem's details under {@code reason}. */
public enum RefusalReason {
    /** One of the epochs in the message is not current; the answer carries the receiver's. */
    LINK_EPOCH_CHANGED("link_epoch_changed", 503, "server-side-general-error", "server_side_general_error"),
    /** The receiver does not hold a link key that the message names. */
    UNKNOWN_LINK_KEY("unknown_link_key", 503, "insufficient-key-material", "insufficient_key_material"),
    /** The tag is wrong: the two ends' link keys differ, or somebody changed the message. */
    TAG_MISMATCH("tag_mismatch", 503, "server-side-general-error", "server_side_general_error"),
    INSUFFICIENT_KEY_MATERIAL(
            "insufficient_key_material", 503, "insufficient-key-material", "insufficient_key_material"),
    NO_KNOWN_ROUTE("no_known_route", 503, "key-routing-error", "no_known_route"),
    /** Too many keys wait for this SAE pair already. */
    KEY_LIMIT("key_limit", 503, "server-side-general-error", "server_side_general_error"),
    STORE_UNAVAILABLE("store_unavailable", 503, "server-side-general-error", "server_side_general_error"),
    BUSY("busy", 503, "server-side-general-error", "server_side_general_error"),
    /** No connection to the next node came about in time. */
    UNREACHABLE("unreachable", 503, "server-side-general-error", "server_side_general_error"),
    TIMEOUT("timeout", 503, "server-side-general-error", "server_side_general_error"),
    /** A void for one of the keys came before the keys. */
    VOIDED("voided", 503, "server-side-general-error", "server_side_general_error"),
    /** One of the key ids is there already. */
    KEY_EXISTS("key_exists", 503, "server-side-general-error", "server_side_general_error"),
    /** The egress does not know the secret that the keys are sealed with. */
    UNKNOWN_SEAL("unknown_seal", 503, "server-side-general-error", "server_side_general_error"),
    /** Somebody on the way changed the keys or what belongs to them, or said that they had arrived when they had not. */
    SEAL_MISMATCH("seal_mismatch", 503, "server-side-general-error", "server_side_general_error"),
    /** The egress takes keys for this pair only sealed. */
    SEAL_REQUIRED("seal_required", 503, "server-side-general-error", "server_side_general_error"),
    UNSUPPORTED("unsupported", 503, "unsupported-mandatory-extension", "unsupported_mandatory_extension"),
    /** The door that was knocked at is not open in this version. */
    NOT_OFFERED("not_offered", 503, "server-side-general-error", "server_side_general_error"),
    INVALID("invalid", 400, "invalid-parameter", "malformed_property"),
    TARGET_NOT_HERE("target_not_here", 400, "key-routing-error", "target_sae_id_not_recognized"),
    UNAUTHORIZED("unauthorized", 401, "unauthorized", "unauthorized");

    private static final String PREFIX = "https://qkd.etsi.org/gs020-interop-kms/";

    private final String wireName;
    private final int status;
    private final String type;
    private final String detail;

    RefusalReason(String wireName, int status, String type, String detail) {
        this.wireName = wireName;
        this.status = status;
        this.type = type;
        this.detail = detail;
    }

    public static Optional<RefusalReason> ofWireName(String name) {
        return Arrays.stream(values())
                .filter(reason -> reason.wireName.equals(name))
                .findFirst();
    }

    public String wireName() {
        return wireName;
    }

    /** HTTP status when the refusing node itself answers with it. */
    public int status() {
        return status;
    }

    /** The problem type of the standard (clause on error answers). */
    public String type() {
        return PREFIX + type;
    }

    /** The name of the standard's entry in {@code details}. */
    public String detail() {
        return detail;
    }

    public String title() {
        return wireName.replace('_', ' ');
    }
}
