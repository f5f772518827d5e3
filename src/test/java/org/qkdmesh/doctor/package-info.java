/** The doctor before patients with every fault that he should find. */
package org.qkdmesh.doctor;
