/** Whole networks in one JVM, with real TLS, real SQLite and simulated KMEs. */
package org.qkdmesh.network;
