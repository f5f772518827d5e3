package org.qkdmesh.model;

/** Passes everything on to another one; for those that add something to a few kinds of reports. */
public abstract class PassingEventLog implements EventLog {

    protected final EventLog next;

    protected PassingEventLog(EventLog next) {
        this.next = next;
    }

    @Override
    public void refused(String door, String reason) {
        next.refused(door, reason);
    }

    @Override
    public void refused(RefusedRequest request) {
        next.refused(request);
    }

    @Override
    public void alarm(String kind, String detail) {
        next.alarm(kind, detail);
    }

    @Override
    public void noted(String kind, String detail) {
        next.noted(kind, detail);
    }

    @Override
    public void answered(String door, int status, long nanos) {
        next.answered(door, status, nanos);
    }

    @Override
    public void managed(String door, int status) {
        next.managed(door, status);
    }

    @Override
    public void keys(KeyEvent event, int count) {
        next.keys(event, count);
    }

    @Override
    public void relayed(int hops, int attempts, int paths, long nanos) {
        next.relayed(hops, attempts, paths, nanos);
    }

    @Override
    public void fellBack() {
        next.fellBack();
    }

    @Override
    public void relayFailed(String reason, int attempts, int paths) {
        next.relayFailed(reason, attempts, paths);
    }

    @Override
    public void sealOffered(boolean agreed) {
        next.sealOffered(agreed);
    }

    @Override
    public void committed(long nanos) {
        next.committed(nanos);
    }
}
