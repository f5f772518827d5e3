/**
 * The commands that look after the store of a node. Of one that runs they ask it, by its management port; of one that does
 * not they open the store themselves, which keeps the node from being started meanwhile.
 */
package org.qkdmesh.cli.store;
