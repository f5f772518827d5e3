/** What an operator sees of a node: counters, log lines, health. Imports {@code model} and libraries only. */
package org.qkdmesh.ops;
