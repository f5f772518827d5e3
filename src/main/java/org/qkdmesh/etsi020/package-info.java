/**
 * The codec of ETSI GS QKD 020: containers, acknowledgements, problems and versions as bytes and as records, with the
 * member that qkd-mesh adds. No state, no I/O. Imports {@code model} only.
 */
package org.qkdmesh.etsi020;
