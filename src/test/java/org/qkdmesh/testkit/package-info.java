/**
 * Tests of route files: a real node with real routes and a real store, in a network without ports whose time the test
 * moves and whose neighbours and KMEs do what the test says. {@link org.qkdmesh.testkit.RouteTestNode} is the way in.
 */
package org.qkdmesh.testkit;
