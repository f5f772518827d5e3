package org.qkdmesh.routes;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ExportAuditRouteTest extends RouteTest {

    ExportAuditRouteTest() {
        super("housekeeping/export-audit.camel.yaml", "export-audit");
    }

    @Test
    void whatHappened_isWritten() {
        run();
        assertThat(ran).containsExactly("exportAudit");
    }

    @Test
    void failure_isNoted_andTriedAgainByTheTimer() {
        failing("exportAudit", new IllegalStateException("disk"));
        assertThat(run().getException()).isNull();
        assertThat(ran).containsExactly("exportAudit", "noteBackgroundFailure");
    }
}
