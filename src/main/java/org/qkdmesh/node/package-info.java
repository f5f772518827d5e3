/**
 * The composition root: builds everything that a node consists of, gives the routes their beans, starts Camel. May import
 * everything but {@code cli} and {@code simulator}.
 */
package org.qkdmesh.node;
