/**
 * The audit log of a node: files of lines, each with the hash of the line before, signed now and then, so that nobody changes
 * one, takes one out or puts one in unnoticed. Nothing in it is a secret. Imports {@code store}, {@code identity} and
 * {@code model} only.
 */
package org.qkdmesh.audit;
