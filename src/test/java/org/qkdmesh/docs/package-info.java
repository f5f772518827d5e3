/** Holds the documents to what they speak of: links, commands, configuration, errors. */
package org.qkdmesh.docs;
