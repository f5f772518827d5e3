/**
 * The secrets of end-to-end sealing: how the two ends of a path agree on one, and which ones are valid. Sealing itself is
 * done by {@code relay}, with {@code crypto}.
 */
package org.qkdmesh.seal;
