package org.qkdmesh.ops;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.qkdmesh.model.EventLog;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts and times what the node reports, and writes a line for what somebody has to look at. The series of what is
 * known in advance exist from the start; there are never more than a bounded number of them. Safe for use by several
 * threads.
 */
public final class MeteredEvents implements EventLog {

    /** More words than this, of all that come in, are counted under {@value #OTHER}. */
    private static final int MOST_SERIES = 500;

    private static final String OTHER = "other";

    /** Refusals of one kind get a line of their own at most this often. */
    private static final long LINE_EVERY_NANOS = TimeUnit.MINUTES.toNanos(1);

    private static final int MOST_HOPS = 8;

    private static final Duration[] BUCKETS = {
        Duration.ofMillis(1),
        Duration.ofMillis(2),
        Duration.ofMillis(5),
        Duration.ofMillis(10),
        Duration.ofMillis(20),
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(200),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofSeconds(2),
        Duration.ofSeconds(5)
    };

    private static final Logger LOG = LoggerFactory.getLogger("org.qkdmesh.events");

    private record Refusal(String door, String reason) {}

    /** How often a refusal came, and since when without a line about it. */
    private record Refusals(Counter counter, AtomicLong lastLine) {}

    private record Answers(Timer ok, Timer refused, Timer unavailable) {}

    private final MeterRegistry meters;
    private final Map<Refusal, Refusals> refusals = new ConcurrentHashMap<>();
    private final Map<String, Counter> callers = new ConcurrentHashMap<>();
    private final Map<String, Counter> alarms = new ConcurrentHashMap<>();
    private final Map<String, Answers> answers = new ConcurrentHashMap<>();
    private final Map<String, Counter> relayFailures = new ConcurrentHashMap<>();
    private final Map<KeyEvent, Counter> keys = new EnumMap<>(KeyEvent.class);
    private final Timer[] relays = new Timer[MOST_HOPS + 1];
    private final DistributionSummary attempts;
    private final DistributionSummary paths;
    private final Counter fallBacks;
    private final Timer commits;
    private final Counter sealsAgreed;
    private final Counter sealsFailed;

    public MeteredEvents(MeterRegistry meters) {
        this.meters = meters;
        for (KeyEvent event : KeyEvent.values()) {
            keys.put(event, keyCounter(event));
        }
        for (int hops = 1; hops < relays.length; hops++) {
            relays[hops] = Timer.builder("qkd.relay")
                    .description("Time of relays that gave the master keys, from the request on, by hops of the path")
                    .tag("hops", hops < MOST_HOPS ? Integer.toString(hops) : MOST_HOPS + " or more")
                    .serviceLevelObjectives(BUCKETS)
                    .register(meters);
        }
        attempts = DistributionSummary.builder("qkd.relay.attempts")
                .description("How often keys were sent for one request of a master")
                .serviceLevelObjectives(1, 2, 3, 4, 6, 10)
                .register(meters);
        paths = DistributionSummary.builder("qkd.relay.paths")
                .description("How many paths were tried for one request of a master")
                .serviceLevelObjectives(1, 2, 3, 4, 6, 10)
                .register(meters);
        fallBacks = Counter.builder("qkd.relay.fallbacks")
                .description("Requests of masters whose keys went over one path, since there were too few for shares")
                .register(meters);
        commits = Timer.builder("qkd.store.commit")
                .description("Time until what was written to the key store was on the disk")
                .serviceLevelObjectives(BUCKETS)
                .register(meters);
        sealsAgreed = sealCounter("agreed");
        sealsFailed = sealCounter("failed");
    }

    /** Has the series of these flows from now on, and not only from their first request on. */
    public void expectRequests(List<String> doors) {
        doors.forEach(door -> bounded(answers, door, this::makeAnswers));
    }

    /** Has the series of these refusals from now on. */
    public void expectRefusals(String door, List<String> reasons) {
        reasons.forEach(reason -> refusals(door, reason));
    }

    /** Has the refusals of these counted by name from now on; those of all others are counted together. */
    public void expectCallers(Set<String> names) {
        bounded(callers, OTHER, this::makeCaller);
        names.forEach(name -> bounded(callers, name, this::makeCaller));
    }

    /** Has the series of these alarms from now on. */
    public void expectAlarms(List<String> kinds) {
        kinds.forEach(kind -> bounded(alarms, kind, this::makeAlarm));
    }

    /** Has the series of relays that fail for these reasons from now on. */
    public void expectRelayFailures(List<String> reasons) {
        reasons.forEach(reason -> bounded(relayFailures, reason, this::makeRelayFailure));
    }

    @Override
    public void refused(String door, String reason) {
        Refusals known = refusals(door, reason);
        known.counter.increment();
        LOG.debug("refused at {}: {}", door, reason);
        long now = System.nanoTime();
        long last = known.lastLine.get();
        if (now - last >= LINE_EVERY_NANOS && known.lastLine.compareAndSet(last, now)) {
            LOG.info(
                    "requests are refused at {}: {} (said once a minute at most; the metrics count them)",
                    door,
                    reason);
        }
    }

    @Override
    public void refused(RefusedRequest request) {
        refused(request.door(), request.reason());
        String who = request.who();
        Counter counter = who.isEmpty() ? null : callers.getOrDefault(who, callers.get(OTHER));
        if (counter != null) {
            counter.increment();
        }
    }

    @Override
    public void alarm(String kind, String detail) {
        bounded(alarms, kind, this::makeAlarm).increment();
        LOG.warn("ALARM {}: {}", kind, detail);
    }

    @Override
    public void noted(String kind, String detail) {
        LOG.info("{}: {}", kind, detail);
    }

    @Override
    public void answered(String door, int status, long nanos) {
        Answers known = bounded(answers, door, this::makeAnswers);
        Timer timer = status < 400 ? known.ok : status < 500 ? known.refused : known.unavailable;
        timer.record(nanos, TimeUnit.NANOSECONDS);
        LOG.debug("{} answered {} after {} us", door, status, nanos / 1000);
    }

    @Override
    public void keys(KeyEvent event, int count) {
        keys.get(event).increment(count);
    }

    @Override
    public void relayed(int hops, int sent, int tried, long nanos) {
        relays[Math.min(MOST_HOPS, hops)].record(nanos, TimeUnit.NANOSECONDS);
        attempts.record(sent);
        paths.record(tried);
    }

    @Override
    public void fellBack() {
        fallBacks.increment();
    }

    @Override
    public void relayFailed(String reason, int sent, int tried) {
        bounded(relayFailures, reason, this::makeRelayFailure).increment();
        attempts.record(sent);
        paths.record(tried);
    }

    @Override
    public void committed(long nanos) {
        commits.record(nanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void sealOffered(boolean agreed) {
        (agreed ? sealsAgreed : sealsFailed).increment();
    }

    private Refusals refusals(String door, String reason) {
        Refusals known = refusals.get(new Refusal(door, reason));
        if (known != null) {
            return known;
        }
        Refusal key = refusals.size() < MOST_SERIES ? new Refusal(door, reason) : new Refusal(OTHER, OTHER);
        return refusals.computeIfAbsent(
                key, one -> new Refusals(makeRefusal(one), new AtomicLong(System.nanoTime() - LINE_EVERY_NANOS)));
    }

    private static <T> T bounded(Map<String, T> known, String word, Function<String, T> make) {
        T there = known.get(word);
        if (there != null) {
            return there;
        }
        return known.computeIfAbsent(known.size() < MOST_SERIES ? word : OTHER, make);
    }

    private Counter makeRefusal(Refusal refusal) {
        return Counter.builder("qkd.refusals")
                .description("Requests that were refused, by the door they knocked at and the reason")
                .tag("door", refusal.door)
                .tag("reason", refusal.reason)
                .register(meters);
    }

    private Counter makeCaller(String name) {
        return Counter.builder("qkd.caller.refusals")
                .description("Requests and connections that were refused, by who asked")
                .tag("caller", name)
                .register(meters);
    }

    private Counter makeAlarm(String kind) {
        return Counter.builder("qkd.alarms")
                .description("Events that somebody has to look at")
                .tag("kind", kind)
                .register(meters);
    }

    private Answers makeAnswers(String door) {
        return new Answers(answerTimer(door, "ok"), answerTimer(door, "refused"), answerTimer(door, "unavailable"));
    }

    private Timer answerTimer(String door, String result) {
        return Timer.builder("qkd.requests")
                .description(
                        "Time to answer requests, waiting for a free place included, by the flow and what came of it")
                .tag("method", door)
                .tag("result", result)
                .serviceLevelObjectives(BUCKETS)
                .register(meters);
    }

    private Counter makeRelayFailure(String reason) {
        return Counter.builder("qkd.relay.failures")
                .description("Requests of masters that ended without keys, by the reason of the last attempt")
                .tag("reason", reason)
                .register(meters);
    }

    private Counter sealCounter(String result) {
        return Counter.builder("qkd.seal.offers")
                .description("Offers of this node to agree on a secret for sealed keys, by what came of them")
                .tag("result", result)
                .register(meters);
    }

    private Counter keyCounter(KeyEvent event) {
        String name =
                switch (event) {
                    case GIVEN -> "qkd.keys.given";
                    case FETCHED -> "qkd.keys.fetched";
                    case REDELIVERED -> "qkd.keys.redelivered";
                    case VOIDED -> "qkd.keys.voided";
                    case EXPIRED -> "qkd.keys.expired";
                };
        String meaning =
                switch (event) {
                    case GIVEN -> "Keys that masters attached here got";
                    case FETCHED -> "Keys that slaves attached here fetched";
                    case REDELIVERED -> "Keys that slaves attached here fetched again within the redelivery window";
                    case VOIDED -> "Keys whose relay from here failed, and that the other end was told to drop";
                    case EXPIRED -> "Keys that no slave attached here fetched in time";
                };
        return Counter.builder(name).description(meaning).register(meters);
    }
}
