package org.qkdmesh.cli.torture;

/** A promise that did not hold in a run. */
record Violation(Rule rule, String what) {

    /** The promises; their letters are those of the documentation. */
    enum Rule {
        LOST("L", "what a master was given, its slaves can fetch"),
        DOUBLED("D", "a key is given once to the master and once to each slave, and no two keys are the same"),
        MISMATCHED("M", "both ends have the same bytes"),
        WRONG_SAE("W", "a key goes to its master and its slaves and to nobody else"),
        WRONG_ANSWER("A", "an answer has as many keys as were asked for, of that size"),
        PAD_TWICE("P", "no byte of a link key is used for two messages"),
        NOT_BACK("B", "all works again soon after all processes run"),
        WAY_DOWN("S", "while one of two ways is down, 99 of 100 requests succeed"),
        SLOWED("H", "a node that hangs makes those who do not need it wait at most twice as long"),
        LEFTOVER("O", "nothing stays undecided or owed when all is healed");

        private final String letter;
        private final String promise;

        Rule(String letter, String promise) {
            this.letter = letter;
            this.promise = promise;
        }

        String letter() {
            return letter;
        }

        String promise() {
            return promise;
        }
    }

    @Override
    public String toString() {
        return rule.letter() + " " + rule + ": " + what;
    }
}
