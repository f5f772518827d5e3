/** One-time pad, one-time authenticator, sealing at rest. Imports {@code model} only. */
package org.qkdmesh.crypto;
