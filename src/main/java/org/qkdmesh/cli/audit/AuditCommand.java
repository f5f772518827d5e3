package org.qkdmesh.cli.audit;

import org.qkdmesh.cli.CommandGroup;
import picocli.CommandLine.Command;

/** {@code qkd-mesh audit}. */
@Command(
        name = "audit",
        description = "Looks at the audit log of a node.",
        subcommands = AuditVerifyCommand.class,
        mixinStandardHelpOptions = true)
public final class AuditCommand extends CommandGroup {}
