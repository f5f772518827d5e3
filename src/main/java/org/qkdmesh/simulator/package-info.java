/**
 * Simulated pairs of KMEs for demonstrations and tests: the key delivery API exactly as a node serves it, with a rate, a
 * capacity and faults on demand. No source of real keys. Imports {@code sae}, {@code transport} and below.
 */
package org.qkdmesh.simulator;
