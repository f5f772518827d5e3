/**
 * Moves session keys from ingress to egress and keeps both ends agreed about them: the durable steps of the relay as
 * plain functions that never wait for the network, so that Camel routes and simulations call the same code. Imports
 * {@code kme}, {@code routing}, {@code store}, {@code identity} and below.
 */
package org.qkdmesh.relay;
