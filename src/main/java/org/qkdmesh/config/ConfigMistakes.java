package org.qkdmesh.config;

import java.util.List;
import java.util.stream.Collectors;

/** A configuration cannot be used. The message has a line for each mistake. */
public final class ConfigMistakes extends Exception {

    private static final long serialVersionUID = 1L;

    private final transient List<Mistake> mistakes;

    public ConfigMistakes(List<Mistake> mistakes) {
        super(mistakes.stream().map(Mistake::toString).collect(Collectors.joining("\n")));
        this.mistakes = List.copyOf(mistakes);
    }

    /** All that was found, at least one, in the order of the lines. */
    public List<Mistake> mistakes() {
        return mistakes;
    }
}
