/** The commands of the launcher: reads options, says what is wrong, and hands over. Imports everything below; the only place that prints. */
package org.qkdmesh.cli;
