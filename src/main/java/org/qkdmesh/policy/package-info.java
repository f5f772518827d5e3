/**
 * What the operator allows each pair of SAEs: nothing that is not written. Plain rules without state. Imports
 * {@code model} only.
 */
package org.qkdmesh.policy;
