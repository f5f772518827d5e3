/**
 * {@code qkd-mesh certs}: makes certificates, those of the example network among them, and shows what is in one.
 * Guarantees that files that are there already are never touched, and that no private key is ever readable by others.
 * Imports {@code identity} and Bouncy Castle.
 */
package org.qkdmesh.cli.certs;
