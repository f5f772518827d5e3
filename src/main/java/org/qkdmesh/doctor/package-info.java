/**
 * Looks for what is wrong with a node and around it: clocks, ports, certificates, files, disk, store, routes, KMEs and
 * neighbours. Each check is a small class that returns findings, and each finding says what to do. Nothing that a running
 * node needs is taken from it; the keys that are drawn from KMEs are few and thrown away. Plain Java; may import what a
 * node is built of, but no command.
 */
package org.qkdmesh.doctor;
