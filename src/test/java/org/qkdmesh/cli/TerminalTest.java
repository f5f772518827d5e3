package org.qkdmesh.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.qkdmesh.cli.Terminal.Cell;
import org.qkdmesh.cli.Terminal.Style;

class TerminalTest {

    private final StringWriter out = new StringWriter();

    @Test
    void table_alignsItsColumns_numbersFlushRight() {
        plain(80)
                .table("link", ">stock", "note")
                .row("tn-1 -> tn-2", "16.4 kbit", "")
                .row("tn-2", 8, "starving")
                .print();

        assertThat(out.toString().lines())
                .containsExactly(
                        "link              stock  note",
                        "tn-1 -> tn-2  16.4 kbit",
                        "tn-2                  8  starving");
    }

    @Test
    void tableWiderThanTheTerminal_cutsItsWidestColumn() {
        plain(40)
                .table("path", ">hops")
                .row("tn-1-a2b2 -> tn-2-a2b1 -> tn-3-a1b3 -> tn-4-a3b3", 3)
                .print();

        assertThat(out.toString().lines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(40));
        assertThat(out.toString()).contains("tn-1-a2b2 -> tn-2-a2b1 -> tn-3-a..     3");
    }

    @Test
    void colours_areThereOnlyWhereTheyAreWanted() {
        plain(80).table("a").row(new Cell("down", Style.BAD)).print();
        assertThat(out.toString()).doesNotContain("\u001B");

        new Terminal(new PrintWriter(out), true, 80)
                .table("a")
                .row(new Cell("down", Style.BAD))
                .print();
        assertThat(out.toString()).contains("\u001B[1;31mdown\u001B[0m");
    }

    @Test
    void rowOfAnotherLength_isRefused() {
        assertThatThrownBy(() -> plain(80).table("a", "b").row("1")).hasMessage("1 cells under 2 headings");
    }

    private Terminal plain(int columns) {
        return new Terminal(new PrintWriter(out), false, columns);
    }
}
