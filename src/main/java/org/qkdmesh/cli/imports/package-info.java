/**
 * Turns the older {@code settings.json} of trusted nodes into configurations of this program, and says what it can not
 * carry over. Reads and writes files, and nothing else.
 */
package org.qkdmesh.cli.imports;
