/**
 * The durable state of a node: keys that wait for their slaves, and what is needed to undo or finish a relay after a
 * crash. When a transaction returns, it is on disk. {@link org.qkdmesh.store.SqliteStore} is the one to open. Imports {@code crypto} and {@code model} only.
 */
package org.qkdmesh.store;
