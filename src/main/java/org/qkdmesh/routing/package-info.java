/** The mesh as a graph and the planners that find paths in it. No I/O, no mutable state shared between threads. */
package org.qkdmesh.routing;
