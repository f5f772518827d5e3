/** Who is at the other end: from certificates to SAEs and nodes, and signed words of nodes. Imports {@code config} and below. */
package org.qkdmesh.identity;
