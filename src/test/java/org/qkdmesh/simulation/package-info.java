/**
 * The durable steps of whole networks in virtual time, on one thread, from one seed: messages are lost, doubled, delayed
 * and cut, nodes die between any two steps, KMEs disagree, run dry and repeat themselves, old disks are put back. After
 * every step and at the end the invariants are checked.
 *
 * <p>So that very many schedules fit into a minute, a schedule breaks things for a few seconds only, in which requests
 * come close upon each other, and messages mostly change hands as objects. Their bytes are written and read where they
 * count: relay messages and their answers always, of all others those in which a bit flips, and in one schedule of eight
 * every one. That what is read is what was written is the business of the codecs' own tests.
 */
package org.qkdmesh.simulation;
