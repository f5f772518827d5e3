/**
 * Carries requests: a TLS server whose paths are Camel routes, and Camel's HTTP client made safe to call neighbours and
 * KMEs with. Guarantees that both ends of every TLS connection are known, that everything is bounded in size, number and
 * time, and that a refusal is JSON. Imports {@code identity}, {@code etsi014}, {@code model}, Camel with
 * resilience4j, Vert.x and Apache HttpClient.
 */
package org.qkdmesh.transport;
