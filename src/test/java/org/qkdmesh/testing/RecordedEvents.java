package org.qkdmesh.testing;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.qkdmesh.model.EventLog;

/** What an operator would see. */
public final class RecordedEvents implements EventLog {

    public final List<String> refused = new CopyOnWriteArrayList<>();
    /** Whose they were, where that was said. */
    public final List<String> refusedOf = new CopyOnWriteArrayList<>();

    public final List<String> alarms = new CopyOnWriteArrayList<>();
    public final List<String> noted = new CopyOnWriteArrayList<>();

    @Override
    public void refused(String door, String reason) {
        refused.add(reason);
    }

    @Override
    public void refused(RefusedRequest request) {
        refused(request.door(), request.reason());
        refusedOf.add(request.who() + ": " + request.reason());
    }

    @Override
    public void alarm(String kind, String detail) {
        alarms.add(kind + ": " + detail);
    }

    @Override
    public void noted(String kind, String detail) {
        noted.add(kind + ": " + detail);
    }
}
