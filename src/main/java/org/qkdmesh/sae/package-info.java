/**
 * The key delivery API as its routes see it: who may ask for what, what can be delivered, and the durable steps that
 * hand keys out. A key goes to its slave at most once, whatever dies. Imports {@code relay}, {@code routing},
 * {@code store} and below.
 */
package org.qkdmesh.sae;
