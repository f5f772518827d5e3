/** Value types of the mesh: ids, paths, secret bytes, refusals. Immutable; imports the JDK only. */
package org.qkdmesh.model;
