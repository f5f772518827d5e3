package org.qkdmesh.kme;

import java.util.ArrayList;
import java.util.List;
import org.qkdmesh.model.EventLog;

/** The kinds of what an operator would be told, in order. */
final class Alarms implements EventLog {

    final List<String> alarms = new ArrayList<>();
    final List<String> noted = new ArrayList<>();
    final List<String> refused = new ArrayList<>();

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
