/**
 * Measures memory and times of running processes, for minutes: {@code mvn -Pmeasures verify} runs the classes here whose
 * names end with {@code IT} and that are tagged {@code measures}, and nothing else. What they measure stands in
 * {@code docs/reference}, with what the machine was; what they want leaves room for a slow one.
 */
package org.qkdmesh.measures;
