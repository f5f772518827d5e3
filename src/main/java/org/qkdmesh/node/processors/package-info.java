/**
 * The steps of the routes: each translates between an exchange and one function of a plain class, and nothing else.
 * Keys travel in exchange properties as objects that do not print themselves.
 */
package org.qkdmesh.node.processors;
