/** {@code qkd-mesh doctor}: has a node or a KME examined, and prints what was found. */
package org.qkdmesh.cli.doctor;
