/** The route files, each flow by a test of its name: which steps run, in which order, and what an error becomes. */
package org.qkdmesh.routes;
