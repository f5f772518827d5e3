package org.qkdmesh.routefiles;

import java.util.ArrayList;
import java.util.List;

/** What a route configuration does when something happens: its onException, onCompletion and intercepting parts. */
final class Policies {

    private Policies() {}

    static List<Step.Branch> of(Flow configuration) {
        List<Step.Branch> policies = new ArrayList<>();
        for (Part member : configuration.body().members()) {
            for (Part entry : member.entries()) {
                for (Part policy : entry.members()) {
                    if (policy.member("steps").exists()) {
                        policies.add(new Step.Branch(policy.name(), policy, Step.list(policy.member("steps"))));
                    }
                }
            }
        }
        return policies;
    }
}
