/**
 * What this node knows of the mesh: adverts of links and SAEs are signed, exchanged with neighbours, checked, kept and
 * aged, and become the {@link org.qkdmesh.routing.Topology} that requests read. It also finds out, after a start,
 * whether this node is an old copy of itself. Nothing here waits for the network: routes and the simulation carry the
 * messages. Imports {@code store}, {@code routing}, {@code identity}, the JSON reader of {@code etsi020}, and below.
 */
package org.qkdmesh.discovery;
