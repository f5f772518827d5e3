/**
 * The mesh as a graph, the planners that find paths in it, and which links they had better go around. No I/O; the
 * planners share no mutable state between threads.
 */
package org.qkdmesh.routing;
