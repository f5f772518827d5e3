/**
 * The codec of ETSI GS QKD 014 V1.1.1: requests, key containers, status and errors as bytes and as records. The same
 * code serves the API for SAEs, the simulated KMEs and the client of real KMEs. No state, no I/O; key bytes never pass
 * through a {@code String}. Imports {@code model} only.
 */
package org.qkdmesh.etsi014;
