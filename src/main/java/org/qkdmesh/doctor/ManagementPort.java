package org.qkdmesh.doctor;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;

/** Reads from the management port of a node that may be running. */
@FunctionalInterface
public interface ManagementPort {

    /**
     * An answer of any status.
     *
     * @param json the body; missing when it is no JSON
     */
    record Answer(int status, JsonNode json, String text) {}

    /** @return empty when nothing answers there in time */
    Optional<Answer> read(String path);
}
