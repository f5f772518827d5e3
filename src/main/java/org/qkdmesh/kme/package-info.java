/**
 * Link keys: fetched from the own KMEs, announced to the neighbour, confirmed by it, and handed out byte range by byte
 * range. No byte is ever handed out twice, and nothing of it reaches a disk. {@link org.qkdmesh.kme.LinkKeys} is the
 * state of one link and never calls anybody: {@link org.qkdmesh.kme.OutgoingKeys} for messages to the neighbour,
 * {@link org.qkdmesh.kme.IncomingKeys} for those from it, {@link org.qkdmesh.kme.KeyGrants} between the two, behind the
 * lock of {@code LinkLock}. {@link org.qkdmesh.kme.FetchLinkKeys} and {@link org.qkdmesh.kme.ClaimLinkKeys} call the KMEs. Imports {@code etsi014}, {@code etsi020} and {@code model}.
 */
package org.qkdmesh.kme;
