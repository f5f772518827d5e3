/** What an operator sees of a node: counters, log lines, health. Imports {@code model}, {@code policy} and libraries only. */
package org.qkdmesh.ops;
