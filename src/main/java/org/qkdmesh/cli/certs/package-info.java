/**
 * Makes the certificates of the example network. Guarantees that files that are there already are never touched, and
 * that no private key is ever readable by others. Imports {@code identity} and Bouncy Castle.
 */
package org.qkdmesh.cli.certs;
