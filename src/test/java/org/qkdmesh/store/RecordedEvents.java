package org.qkdmesh.store;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.qkdmesh.model.EventLog;

/** Remembers the kinds of what was reported. */
final class RecordedEvents implements EventLog {

    final List<String> alarms = new CopyOnWriteArrayList<>();
    final List<String> notes = new CopyOnWriteArrayList<>();

    @Override
    public void refused(String door, String reason) {}

    @Override
    public void alarm(String kind, String detail) {
        alarms.add(kind);
    }

    @Override
    public void noted(String kind, String detail) {
        notes.add(kind);
    }
}
