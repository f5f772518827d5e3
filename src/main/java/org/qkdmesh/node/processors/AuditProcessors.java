package org.qkdmesh.node.processors;

import java.util.Optional;
import org.apache.camel.Exchange;
import org.qkdmesh.audit.AuditLog;

/** The step of {@code export-audit}. */
public final class AuditProcessors {

    private final Optional<AuditLog> audit;

    /** @param audit empty when none is kept */
    public AuditProcessors(Optional<AuditLog> audit) {
        this.audit = audit;
    }

    public void exportAudit(Exchange exchange) {
        audit.ifPresent(AuditLog::export);
    }
}
