package org.qkdmesh.cli.bench;

import java.nio.file.Path;
import org.qkdmesh.model.SaeId;

/**
 * The two ends of what is measured.
 *
 * @param masterApi base URL of the key delivery API of the master's node
 * @param slaveApi the same for the slave
 * @param certs directory with {@code ca.crt} and each SAE's certificate and key
 */
record Target(SaeId master, String masterApi, SaeId slave, String slaveApi, Path certs) {

    /** The other direction: the slave is the master. */
    Target turned() {
        return new Target(slave, slaveApi, master, masterApi, certs);
    }
}
