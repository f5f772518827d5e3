/**
 * The configuration of a node and of the KME simulator: read from YAML, checked, frozen. Guarantees that a configuration
 * that was read is whole and consistent, and that whatever is wrong is told at once, each mistake with file, line, key
 * and what was expected. Imports {@code model} only.
 */
package org.qkdmesh.config;
