/**
 * Reads the route files as text: checks them, lists them and draws them, without Camel. All that is found wrong is told
 * at once, each with its file and line. Imports {@code config} and {@code model}, and reads the descriptions of Camel's
 * YAML and of its components that lie on the class path.
 */
package org.qkdmesh.routefiles;
