/**
 * What the operator allows each pair of SAEs: nothing that is not written. Plain rules. Imports
 * {@code model} only.
 */
package org.qkdmesh.policy;
