/**
 * The client side of a node's management port: finds the port and the token of a node by its configuration, reads, and
 * asks for changes. What goes wrong is told in words that say what to do.
 */
package org.qkdmesh.cli.management;
