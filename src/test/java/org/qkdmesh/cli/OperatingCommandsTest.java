package org.qkdmesh.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpContext;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What operators see on their screen, of a node that answers and of one that does not. */
class OperatingCommandsTest {

    private static final String DIRECTION =
            "{'stock_bits':%d,'demand_bits_per_second':25.6,'refill_bits_per_second':0.0,'seconds_until_empty':%d}";
    private static final String LINK =
            "{'neighbour':'tn-2-a2b1','up':%s,'seconds_since_answer':12,'ours':%s,'theirs':%s,"
                    + "'kme_pairs':[{'kme':'ndk-kme-b2','peer':'ndk-kme-a2','ours':%s,'theirs':%s%s}]}";

    @TempDir
    private Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private HttpServer server;
    private final Map<String, HttpContext> contexts = new HashMap<>();

    @BeforeEach
    void serve() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.start();
        node("tn-1-a2b2", server.getAddress().getPort());
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void status_whenAllIsWell_saysSoFirst() throws IOException {
        answer("/manage/status", 200, status("", link(true, 16384, 600, "")));

        assertThat(run("status")).isZero();
        assertThat(out.toString()).startsWith("All is well.").contains("tn-1-a2b2 -> tn-2-a2b1", "16.4 kbit", "10 min");
        assertFits();
    }

    @Test
    void status_withTrouble_tellsItFirst_deadNodesWithTheirRemedy() throws IOException {
        answer(
                "/manage/status",
                200,
                status("{'what':'link to tn-2-a2b1','why':'no answer for 12 s'}", link(false, 16384, 600, "")));
        int closed = closedPort();
        node("tn-2-a2b1", closed);

        assertThat(run("status")).isEqualTo(1);
        assertThat(out.toString().lines().limit(4))
                .containsExactly(
                        "Trouble",
                        "  tn-2-a2b1 is not running: nothing answers at 127.0.0.1:" + closed,
                        "    Start it: ./qkd-mesh node --config " + directory.resolve("tn-2-a2b1.yaml"),
                        "  tn-1-a2b2: link to tn-2-a2b1: no answer for 12 s");
        assertThat(out.toString()).contains("is down", "no answer", "no path to tn-4-a3b3");
    }

    @Test
    void status_ofNobodyThatRuns_isExitCode3() throws IOException {
        Files.delete(directory.resolve("tn-1-a2b2.yaml"));
        node("tn-2-a2b1", closedPort());

        assertThat(run("status")).isEqualTo(3);
    }

    @Test
    void json_holdsEveryAnswerAndEveryFailure() throws IOException {
        answer("/manage/status", 200, status("", link(true, 16384, 600, "")));
        node("tn-2-a2b1", closedPort());

        assertThat(run("status", "--json")).isEqualTo(1);
        var nodes = new ObjectMapper().readTree(out.toString()).path("nodes");
        assertThat(nodes.get(0).path("uptime_seconds").asInt()).isEqualTo(75);
        assertThat(nodes.get(1).path("error").asText()).contains("is not running");
    }

    @Test
    void links_nameTheKmeThatIsInTrouble_andTheStockThatEnds() throws IOException {
        answer(
                "/manage/links",
                200,
                "{'node':'tn-1-a2b2','links':[" + link(true, 256, 10, ",'trouble':'it answers 503'") + "]}");

        assertThat(run("links")).isEqualTo(1);
        assertThat(out.toString())
                .startsWith("tn-1-a2b2: KME ndk-kme-b2: it answers 503")
                .contains("10 s", "<-", "->");
        assertFits();
    }

    @Test
    void links_whoseKmesAreCombined_showWhatTheyGiveTogether() throws IOException {
        answer(
                "/manage/links",
                200,
                "{'node':'tn-1-a2b2','links':["
                        + link(true, 16384, 600, "").replaceFirst("'neighbour'", "'combine':'xor','neighbour'") + "]}");

        assertThat(run("links")).isZero();
        assertThat(out.toString().lines().filter(line -> line.contains("all, XORed")))
                .hasSize(2)
                .allMatch(line -> line.contains("16.4 kbit"));
        assertFits();
    }

    @Test
    void paths_showTheMeritsOfEach_andWhyTheFirstWins() throws IOException {
        String path = "{'nodes':['tn-1-a2b2','tn-2-a2b1'],'merits':[{'name':'hops','value':'1'}],"
                + "'links':[{'from':'tn-1-a2b2','to':'tn-2-a2b1','stock_bits':16384}]}";
        answer(
                "/manage/paths",
                200,
                "{'node':'tn-1-a2b2','from':'sae-a','to':'sae-b','slave_node':'tn-2-a2b1',"
                        + "'planner':'shortestPath','note':'it is the only path','paths':[" + path + "],"
                        + "'disjoint':[['tn-1-a2b2','tn-2-a2b1']]}");

        assertThat(run("paths", "--from", "sae-a", "--to", "sae-b")).isZero();
        assertThat(out.toString())
                .contains("planner shortestPath", "It is the only path.", "hops", "16.4 kbit")
                .contains("There is 1 node-disjoint way: no two paths");
    }

    @Test
    void paths_thatShareNoNode_areCountedAndNamed() throws IOException {
        answer(
                "/manage/paths",
                200,
                "{'node':'west','from':'sae-west','to':'sae-east','slave_node':'east','planner':'shortestPath',"
                        + "'policy':'disjoint','shares':2,"
                        + "'note':'the node ids decide','paths':[{'nodes':['west','north','east'],'merits':[],'links':[]}],"
                        + "'disjoint':[['west','north','east'],['west','south','east']]}");

        assertThat(run("paths", "--from", "sae-west", "--to", "sae-east")).isZero();
        assertThat(out.toString().lines())
                .endsWith(
                        "There are 2 node-disjoint ways, no node between is part of two:",
                        "  west -> north -> east",
                        "  west -> south -> east",
                        "Keys of this pair want 2 (paths: disjoint): so they go as 2 shares.");
    }

    @Test
    void paths_thatAreTooFewForThePolicy_areSaidToBe() throws IOException {
        String rest = "'from':'sae-west','to':'sae-east','slave_node':'east','planner':'shortestPath',"
                + "'note':'it is the only path','paths':[{'nodes':['west','north','east'],'merits':[],'links':[]}],"
                + "'disjoint':[['west','north','east']]}";
        answer("/manage/paths", 200, "{'node':'west','policy':'disjoint','shares':2," + rest);
        assertThat(run("paths", "--from", "sae-west", "--to", "sae-east")).isZero();
        answer("/manage/paths", 200, "{'node':'west','policy':'prefer_disjoint','shares':2," + rest);
        assertThat(run("paths", "--from", "sae-west", "--to", "sae-east")).isZero();
        assertThat(out.toString())
                .contains("want 2 (paths: disjoint): no keys are given now")
                .contains("want 2 (paths: prefer_disjoint): so they go over the first path as a whole now");
    }

    @Test
    void trace_ofSharesTellsAllWays_andOfAKeyThatWentWholeThatThereWereTooFew() throws IOException {
        Files.writeString(directory.resolve("admin.token"), "t");
        String rest = "'from':'sae-a','to':'sae-b','slave_node':'east','tried':[],'path':['west','south','east'],"
                + "'total_micros':10000,'voided':true,'nodes':[]}";
        answer(
                "/manage/trace",
                200,
                "{'fell_back':false,'ways':[['west','north','east'],['west','south','east']]," + rest);
        assertThat(run("trace", "--from", "sae-a", "--to", "sae-b")).isZero();
        answer("/manage/trace", 200, "{'fell_back':true,'ways':[['west','south','east']]," + rest);
        assertThat(run("trace", "--from", "sae-a", "--to", "sae-b")).isZero();
        assertThat(out.toString())
                .contains("over west -> north -> east  and  west -> south -> east", "The slowest of 2 shares:")
                .contains("over west -> south -> east", "as a whole: there are too few disjoint paths");
    }

    @Test
    void question_thatTheNodeCannotMakeSenseOf_isAWrongArgument() throws IOException {
        answer("/manage/paths", 400, "{'message':'to: did you mean sae-b?'}");

        assertThat(run("paths", "--from", "sae-a", "--to", "sae-bb")).isEqualTo(2);
        assertThat(err.toString()).contains("did you mean sae-b?");
    }

    @Test
    void trace_givesEachNodeItsOwnTime_andEachLinkTheRest() throws IOException {
        Files.writeString(directory.resolve("admin.token"), "t");
        answer(
                "/manage/trace",
                200,
                "{'from':'sae-a','to':'sae-b','slave_node':'tn-2-a2b1','tried':[],"
                        + "'path':['tn-1-a2b2','tn-2-a2b1'],'total_micros':10000,'voided':true,'nodes':["
                        + "{'node':'tn-1-a2b2','total_micros':10000,'onward_micros':7000},"
                        + "{'node':'tn-2-a2b1','total_micros':2500,'onward_micros':0}]}");

        assertThat(run("trace", "--from", "sae-a", "--to", "sae-b")).isZero();
        assertThat(out.toString())
                .containsPattern("tn-1-a2b2 +3\\.0")
                .containsPattern("link +4\\.5")
                .containsPattern("tn-2-a2b1 +2\\.5")
                .containsPattern("in all +10\\.0")
                .contains("nobody can fetch it");
    }

    @Test
    void traceThatFailed_tellsWhatWasTried() throws IOException {
        Files.writeString(directory.resolve("admin.token"), "t");
        answer(
                "/manage/trace",
                503,
                "{'message':'no keys can be had now','tried':[{'path':['tn-1-a2b2','tn-2-a2b1'],"
                        + "'reason':'timeout','at':'tn-1-a2b2 -> tn-2-a2b1'}]}");

        assertThat(run("trace", "--from", "sae-a", "--to", "sae-b")).isEqualTo(1);
        assertThat(out.toString())
                .contains("no keys can be had now", "timeout at tn-1-a2b2 -> tn-2-a2b1")
                .contains("./qkd-mesh paths --config " + directory + " --from sae-a --to sae-b");
    }

    @Test
    void keys_areCountedInWords() throws IOException {
        answer(
                "/manage/keys",
                200,
                "{'node':'tn-1-a2b2','counts':["
                        + "{'state':'record','keys':3,'rows':3,'from':'sae-a','to':'sae-b','node':'tn-4-a3b3'},"
                        + "{'state':'void','keys':2,'rows':1,'from':'sae-a','to':'sae-b','node':'tn-4-a3b3'}]}");

        assertThat(run("keys")).isZero();
        assertThat(out.toString())
                .contains("given to the master, not fetched yet at tn-4-a3b3", "taken back; 1 notice of it owed to");
        assertFits();
    }

    @Test
    void usage_isCsv_whateverCharactersAnIdHas() throws IOException {
        answer(
                "/manage/usage",
                200,
                "{'node':'tn-1-a2b2','uses':[{'day':'2026-01-31','master':'sae-a','slave':'sae,b','direction':'given',"
                        + "'requests':12,'keys':40,'bits':10240,'refusals':3}]}");

        assertThat(run("usage", "--from", "2026-01-01", "--to", "2026-01-31")).isZero();
        assertThat(out.toString().lines())
                .containsExactly(
                        "day,node,master,slave,direction,requests,keys,bits,refusals",
                        "2026-01-31,tn-1-a2b2,sae-a,\"sae,b\",given,12,40,10240,3");
        assertThat(run("usage", "--from", "January")).isEqualTo(2);
    }

    @Test
    void storeOfARunningNode_isCheckedByIt_andTheAnswerReadsLikeThatOfOneThatIsStopped() throws IOException {
        Files.writeString(directory.resolve("admin.token"), "t");
        answer("/observe/health/live", 200, "{}");
        answer(
                "/manage/store/check",
                200,
                "{'sound':false,'unreadable_keys':2,'damage':[],'rows':{'meta':3,'stored_key':7}}");

        assertThat(run("store", "check")).isEqualTo(1);
        assertThat(err.toString()).contains("tn-1-a2b2: the seal of 2 stored keys does not open");
        assertThat(out.toString().lines()).containsExactly("  meta         3", "  stored key   7");
    }

    @Test
    void storeOfARunningNode_isRekeyedAndBackedUpByIt() throws IOException {
        Files.writeString(directory.resolve("admin.token"), "t");
        answer("/observe/health/live", 200, "{}");
        answer("/manage/store/rekey", 200, "{'node':'tn-1-a2b2','data_keys':3}");
        answer("/manage/store/backup", 503, "{'message':'the key store of this node does not answer: no room'}");

        assertThat(run("store", "rekey")).isZero();
        assertThat(out.toString()).contains("3 data keys are wrapped with the new one");
        assertThat(run("store", "backup", directory.resolve("b").toString())).isEqualTo(1);
        assertThat(err.toString()).contains("does not answer: no room");
    }

    @Test
    void reload_tellsWhatHasChanged() throws IOException {
        Files.writeString(directory.resolve("admin.token"), "t");
        answer("/manage/reload", 200, "{'node':'tn-1-a2b2','changes':['SAE sae-x added','pairs changed']}");

        assertThat(run("reload")).isZero();
        assertThat(out.toString().lines()).containsExactly("tn-1-a2b2:", "  SAE sae-x added", "  pairs changed");
    }

    @Test
    void reload_ofAFileWithMistakes_tellsThemAll_andIsAWrongArgument() throws IOException {
        Files.writeString(directory.resolve("admin.token"), "t");
        answer("/manage/reload", 400, "{'message':'tn-1.yaml:3: saes[0].id: one\\ntn-1.yaml:9: pairs: two'}");

        assertThat(run("reload")).isEqualTo(2);
        assertThat(err.toString()).contains("tn-1.yaml:3: saes[0].id: one", "tn-1.yaml:9: pairs: two");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void reload_thatTheNodeCouldNotDo_orOfANodeThatDoesNotRun_isAFailure() throws IOException {
        Files.writeString(directory.resolve("admin.token"), "t");
        answer("/manage/reload", 503, "{'message':'the certificate cannot be read'}");
        assertThat(run("reload")).isEqualTo(1);
        assertThat(err.toString()).contains("the certificate cannot be read");

        node("tn-1-a2b2", closedPort());
        assertThat(run("reload")).isEqualTo(3);
        assertThat(err.toString()).contains("Start it: ");
    }

    @Test
    void zeroise_needsTheNameOfTheNodeTwice() throws IOException {
        Files.writeString(directory.resolve("admin.token"), "t");
        answer("/manage/zeroise", 200, "{'waiting_keys':3,'undecided_keys':1,'link_key_bits':16384}");

        assertThat(run("zeroise")).isEqualTo(2);
        assertThat(run("zeroise", "--confirm", "tn-2-a2b1")).isEqualTo(2);
        assertThat(err.toString()).contains("'--confirm=ID'", "tn-1-a2b2, and not tn-2-a2b1; nothing was destroyed");
        assertThat(run("zeroise", "--confirm", "tn-1-a2b2")).isZero();
        assertThat(out.toString())
                .contains(
                        "3 that waited for slaves or for the rest of their shares",
                        "1 on their way",
                        "16.4 kbit of link keys")
                .contains("./qkd-mesh undrain --config " + directory);
    }

    @Test
    void drain_withoutTheToken_saysWhereItIsExpected() {
        assertThat(run("drain")).isEqualTo(1);
        assertThat(err.toString()).contains("there is no token at " + directory.resolve("admin.token"));
    }

    @Test
    void wrongArguments_areToldWithTheNearestRightOne() {
        assertThat(run("stauts")).isEqualTo(2);
        assertThat(err.toString()).contains("unknown command stauts; did you mean status?", "See ./qkd-mesh --help");
        assertThat(run("status", "--jsno")).isEqualTo(2);
        assertThat(err.toString()).contains("unknown option --jsno; did you mean --json?");
        assertThat(run("status", "now")).isEqualTo(2);
        assertThat(err.toString()).contains("unexpected argument now");
        assertThat(run("paths", "--from", "sae-a")).isEqualTo(2);
        assertThat(err.toString()).contains("missing required option: '--to=SAE'");
    }

    @Test
    void completion_knowsTheCommands_butNotTheHiddenOnes() {
        assertThat(QkdMesh.commandLine("completion")
                        .setOut(new PrintWriter(out, true))
                        .execute("completion"))
                .isZero();
        assertThat(out.toString())
                .contains("_complete_qkd", "undrain", "--planner")
                .doesNotContain("warm-up");
    }

    private static int closedPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private void node(String id, int port) throws IOException {
        Files.writeString(
                directory.resolve(id + ".yaml"),
                "id: " + id + "\nmanagement: 127.0.0.1:" + port + "\ndata: " + directory + "\nsaes: [{id: sae-a}]\n");
    }

    private void answer(String path, int status, String json) {
        byte[] body = json.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
        HttpContext before = contexts.remove(path);
        if (before != null) {
            server.removeContext(before);
        }
        contexts.put(path, server.createContext(path, exchange -> {
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        }));
    }

    private static String status(String trouble, String link) {
        return "{'node':'tn-1-a2b2','uptime_seconds':75,'ready':true,'draining':false,'trouble':[" + trouble
                + "],'network':{'nodes_reached':4,'saes':3},'links':[" + link
                + "],'pairs_total':1,'pairs':[{'from':'sae-a',"
                + "'to':'sae-b','slave_node':'tn-4-a3b3','path':null,'keys_now':0}]}";
    }

    private static String link(boolean up, long stock, long seconds, String trouble) {
        String direction = DIRECTION.formatted(stock, seconds);
        return LINK.formatted(up, direction, direction, direction, direction, trouble);
    }

    private void assertFits() {
        assertThat(out.toString().lines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(100));
    }

    private int run(String... arguments) {
        String[] all = new String[arguments.length + 2];
        System.arraycopy(arguments, 0, all, 0, arguments.length);
        all[arguments.length] = "--config";
        all[arguments.length + 1] = directory.toString();
        return QkdMesh.commandLine(arguments)
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments.length == 1 && arguments[0].equals("stauts") ? arguments : all);
    }
}
