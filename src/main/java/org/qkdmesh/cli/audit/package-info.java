/** The command that looks at audit logs. */
package org.qkdmesh.cli.audit;
