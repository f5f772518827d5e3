/**
 * Tests that break running processes for minutes: {@code mvn -Pfaults verify} runs them, and nothing else. A class here is
 * tagged {@code faults} and its name ends with {@code IT}.
 */
package org.qkdmesh.faults;
