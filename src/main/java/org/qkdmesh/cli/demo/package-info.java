/** The demo: runs the example network as processes of this machine and acts as its SAEs. */
package org.qkdmesh.cli.demo;
