package org.qkdmesh.testing;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.qkdmesh.model.EventLog;

/** The kinds of what an operator would be told, in order. */
public final class ReportedKinds implements EventLog {

    public final List<String> alarms = new CopyOnWriteArrayList<>();
    public final List<String> noted = new CopyOnWriteArrayList<>();
    public final List<String> refused = new CopyOnWriteArrayList<>();

    @Override
    public void refused(String door, String reason) {
        refused.add(reason);
    }

    @Override
    public void alarm(String kind, String detail) {
        alarms.add(kind);
    }

    @Override
    public void noted(String kind, String detail) {
        noted.add(kind);
    }
}
