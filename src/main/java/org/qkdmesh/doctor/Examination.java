package org.qkdmesh.doctor;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/** Runs checks, several at once, and tells their results in the order in which they were given. */
public final class Examination {

    private static final int AT_ONCE = 8;

    /** What a check saw. */
    public record Result(String title, List<Finding> findings) {
        public Result {
            findings = List.copyOf(findings);
        }

        /** Whether nothing is to be done. */
        public boolean isWell() {
            return findings.stream().allMatch(finding -> finding.level() == Finding.Level.OK);
        }
    }

    private final List<Check> checks;
    private final List<Check> last;

    /** @param last checks that use what the others saw */
    Examination(List<Check> checks, List<Check> last) {
        this.checks = List.copyOf(checks);
        this.last = List.copyOf(last);
    }

    /** @param told gets each result as soon as it and those before it are there */
    public List<Result> run(Consumer<Result> told) throws InterruptedException {
        List<Result> results = new ArrayList<>();
        runAll(checks, results, told);
        runAll(last, results, told);
        return results;
    }

    private static void runAll(List<Check> some, List<Result> results, Consumer<Result> told)
            throws InterruptedException {
        ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE);
        try {
            List<Future<Result>> running =
                    some.stream().map(check -> threads.submit(() -> run(check))).toList();
            for (Future<Result> one : running) {
                Result result = one.get();
                results.add(result);
                told.accept(result);
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("a check that throws", e);
        } finally {
            threads.shutdownNow();
        }
    }

    private static Result run(Check check) {
        try {
            return new Result(check.title(), check.run());
        } catch (RuntimeException e) {
            return new Result(
                    check.title(),
                    List.of(
                            Finding.fail(
                                    "this check itself failed: " + e,
                                    "Tell whoever looks after qkd-mesh, with this output; the other checks are not touched by it.")));
        }
    }
}
