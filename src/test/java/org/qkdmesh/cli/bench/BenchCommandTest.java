package org.qkdmesh.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class BenchCommandTest {

    @ParameterizedTest
    @CsvSource({
        "--pair=sae-a, --pair wants two SAEs",
        "--pair=sae-a:sae-x, the example network has the SAEs",
        "--clients=0, --clients wants 1 to",
        "--number=0, --number wants at least 1",
        "--size=255, --size wants whole bytes",
        "--seconds=0, --seconds wants at least 1",
        "--warmup=-1, --warmup wants 0 or more",
        "--runs=0, --runs wants at least 1",
        "--rate=-1, --rate wants 0 or more",
        "--both-ways --rate=5, --both-ways goes with",
        "--slave-url=https://localhost:1, --master-url"
    })
    void wrongArgument_isToldByItsName_andNothingIsStarted(String argument, String message) {
        StringWriter err = new StringWriter();

        int code = new CommandLine(new BenchCommand())
                .setErr(new PrintWriter(err, true))
                .execute(argument.split(" "));

        assertThat(code).isEqualTo(2);
        assertThat(err.toString()).contains(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "80 | 5 | medians of 5 runs of 30 s, after 80 s of load",
                "80 | 1 | one run of 30 s, after 80 s of load",
                "0  | 1 | one run of 30 s, without load before"
            })
    void whatTheFiguresAre_isSaidInWords(double warmUp, int runs, String words) {
        assertThat(new Bench.Times(warmUp, 30, runs).inWords()).isEqualTo(words);
    }
}
