/**
 * Link keys: fetched from the own KMEs, confirmed by the neighbour, handed out byte range by byte range. No byte is
 * ever handed out twice. Imports {@code store} and below.
 */
package org.qkdmesh.kme;
