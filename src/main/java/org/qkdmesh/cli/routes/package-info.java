/** {@code qkd-mesh routes}: checks the route files, lists them and draws them. */
package org.qkdmesh.cli.routes;
