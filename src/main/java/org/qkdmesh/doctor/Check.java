package org.qkdmesh.doctor;

import java.util.List;

/** One thing to look at. Looks once; never throws for what it finds. */
interface Check {

    /** What is looked at, as a heading. */
    String title();

    /** What was seen, at least one thing. */
    List<Finding> run();
}
