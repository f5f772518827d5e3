/**
 * The benchmark: acts as many SAEs at once, over TLS with connections that are kept, and compares every key. Beside the
 * nodes it can run a chain of bare forwarders, the least that such a chain costs, and give the ratio.
 */
package org.qkdmesh.cli.bench;
