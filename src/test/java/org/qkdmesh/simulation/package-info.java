/**
 * The durable steps of whole networks in virtual time, on one thread, from one seed: messages are lost, doubled, delayed
 * and cut, nodes die between any two steps, KMEs disagree, run dry and repeat themselves, old disks are put back. After
 * every step and at the end the invariants are checked.
 */
package org.qkdmesh.simulation;
