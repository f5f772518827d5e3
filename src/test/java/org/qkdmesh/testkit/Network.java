package org.qkdmesh.testkit;

import java.net.URI;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.qkdmesh.transport.CallFailure;
import org.qkdmesh.transport.InMemoryServer;

/** Who is reached under which host name. */
final class Network {

    private final Map<String, Stub> hosts = new ConcurrentHashMap<>();

    void add(String host, Stub stub) {
        hosts.put(host, stub);
    }

    /** The stub of a host that is no part of the mesh; answers 200 until the test says otherwise. */
    Stub site(String host) {
        return hosts.computeIfAbsent(
                host, name -> new Stub(name, call -> new InMemoryServer.Reply(200, Map.of(), new byte[0])));
    }

    InMemoryServer.Reply call(URI url, Call call) throws CallFailure {
        Stub stub = hosts.get(url.getHost());
        if (stub == null) {
            throw new CallFailure(
                    CallFailure.Outcome.NOT_SENT,
                    "nobody is " + url.getHost() + " in this test: node.site(\"" + url.getHost()
                            + "\"), before the call, makes a stub of it",
                    null);
        }
        return stub.answer(call);
    }
}
