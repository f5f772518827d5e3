/**
 * Breaks a running network on purpose and proves that no key got lost, doubled, changed or into wrong hands. The schedule
 * of faults and the checker are plain Java and know nothing of processes. Imports {@code cli.demo}, {@code cli.certs} and
 * below.
 */
package org.qkdmesh.cli.torture;
