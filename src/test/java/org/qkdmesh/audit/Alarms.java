package org.qkdmesh.audit;

import java.util.List;
import org.qkdmesh.model.EventLog;

/** Remembers the kinds of alarms. */
record Alarms(List<String> kinds) implements EventLog {

    @Override
    public void refused(String door, String reason) {}

    @Override
    public void alarm(String kind, String detail) {
        kinds.add(kind);
    }

    @Override
    public void noted(String kind, String detail) {}
}
