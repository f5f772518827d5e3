/** The commands of whoever runs nodes: they look at running nodes, and change them, by their management ports. */
package org.qkdmesh.cli.operating;
