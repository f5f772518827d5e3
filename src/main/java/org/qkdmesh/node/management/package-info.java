/**
 * What an operator is told of a running node, as documents, and what he may ask of it. Nothing here gives a key or a key
 * id. Plain Java; the steps of the management routes call it.
 */
package org.qkdmesh.node.management;
