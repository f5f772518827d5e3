package org.qkdmesh.model;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Something that happened to keys, or to this node, as the audit log tells of it: what, and whatever of who, which keys,
 * which way and why belongs to it. Never a byte of a key. Immutable.
 */
public final class AuditEvent {

    /** What happened. */
    public enum What {
        /** Keys that a master asked for are about to leave this node, its ingress. */
        ASKED,
        /** They are at their egress, and the master may have them. */
        GIVEN,
        /** Keys for SAEs of this node alone were made. */
        MADE,
        /** Keys came to this node, their egress, and wait for their slave. */
        STORED,
        /** A slave of this node got keys. */
        FETCHED,
        /** A slave got them again, within the redelivery window. */
        REDELIVERED,
        /** The egress says that the slave has them. */
        DELIVERED,
        /** Keys are not to be had, and whoever may hold them is told so; or this node was told so. */
        VOIDED,
        /** Keys waited for their slave in vain. */
        EXPIRED,
        /** Keys were found on an old copy of this node's disk. */
        DROPPED,
        /** Keys were destroyed on the word of the operator. */
        DESTROYED,
        /** Requests were refused. */
        REFUSED,
        /** The management port was used. */
        MANAGED,
        /** Something that somebody has to look at. */
        ALARM,
        /** The node started. */
        STARTED,
        /** The node goes by another configuration, other certificates or other route files. */
        RELOADED;

        /** Whether keys come into being by it, come to this node, leave it, or are their master's from now on. */
        public boolean movesKeys() {
            return switch (this) {
                case ASKED, GIVEN, MADE, STORED, FETCHED, REDELIVERED -> true;
                default -> false;
            };
        }

        /** As it stands in the log. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final What what;
    private final Map<String, Object> details;
    private final List<KeyId> keyIds;

    private AuditEvent(What what, Map<String, Object> details, List<KeyId> keyIds) {
        this.what = what;
        this.details = details;
        this.keyIds = keyIds;
    }

    public static AuditEvent of(What what) {
        return new AuditEvent(what, Map.of(), List.of());
    }

    public AuditEvent with(String name, String value) {
        return and(name, value);
    }

    public AuditEvent with(String name, long value) {
        return and(name, value);
    }

    /** The SAEs whose keys they are. */
    public AuditEvent saes(SaeGroup saes) {
        return and("master", saes.master().text())
                .and("slaves", saes.slaves().stream().map(SaeId::text).toList());
    }

    /** The SAEs whose keys they are. */
    public AuditEvent saes(SaePair pair) {
        return saes(SaeGroup.of(pair));
    }

    /** The nodes that they pass. */
    public AuditEvent path(NodePath path) {
        return and("path", path.nodes().stream().map(NodeId::text).toList());
    }

    /** Which keys. */
    public AuditEvent keys(List<KeyId> ids) {
        return new AuditEvent(what, details, List.copyOf(ids));
    }

    /** Which keys, each of this length. */
    public AuditEvent keys(List<KeyId> ids, int lengthBytes) {
        return keys(ids).and("bits", 8 * lengthBytes);
    }

    private AuditEvent and(String name, Object value) {
        Map<String, Object> more = new LinkedHashMap<>(details);
        more.put(name, value);
        return new AuditEvent(what, more, keyIds);
    }

    public What what() {
        return what;
    }

    /** Texts, numbers and lists of texts by their names, in the order in which they were put. */
    public Map<String, Object> details() {
        return Collections.unmodifiableMap(details);
    }

    public List<KeyId> keyIds() {
        return keyIds;
    }
}
