package nereus;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static nereus.HostileValues.BORDERLINE_NUMBERS;
import static nereus.HostileValues.BORDERLINE_TEXTS;
import static nereus.HostileValues.CHOICES;
import static nereus.HostileValues.ENVIRONMENTS;
import static nereus.HostileValues.FLAGS;
import static nereus.HostileValues.HOSTILE_FLAGS;
import static nereus.HostileValues.HOSTILE_NUMBERS;
import static nereus.HostileValues.HOSTILE_TEXTS;
import static nereus.HostileValues.LABELS;
import static nereus.HostileValues.LONG;
import static nereus.HostileValues.NO_CLAIMS;
import static nereus.HostileValues.NO_ENVIRONMENTS;
import static nereus.HostileValues.NO_RUNNERS;
import static nereus.HostileValues.NUMBERS;
import static nereus.HostileValues.ODD_PATHS;
import static nereus.HostileValues.PATHS;
import static nereus.HostileValues.PREFERENCES;
import static nereus.HostileValues.SERVICE;
import static nereus.HostileValues.TEXTS;
import static nereus.HostileValues.TRACES;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import nereus.HostileRequest.Manner;

/**
 * Builds requests route by route, each field drawn from valid, borderline and hostile values: valid ones often enough that much gets
 * past parsing. One seed and one number always draw the same, but for the ids, which depend on what was answered before.
 */
final class HostileGenerator {
    /** Environment 1 is never put or deleted; these are. */
    static final int FIRST_OWN = 2;
    static final int LAST_OWN = 6;

    private final String token;
    private final Supplier<List<String>> runners;
    private final Supplier<List<String>> sockets;
    private final Supplier<List<String>> claims;

    /**
     * @param runners ids of runners that are claimed now
     * @param sockets targets of executions that wait for their client
     * @param claims ids of claims that are asked after
     */
    HostileGenerator(String token, Supplier<List<String>> runners, Supplier<List<String>> sockets,
            Supplier<List<String>> claims) {
        this.claims = claims;
        this.token = token;
        this.runners = runners;
        this.sockets = sockets;
    }

    HostileRequest next(long seed, int number) {
        return new Draw(new Random(seed * 1_000_003 + number)).request();
    }

    private final class Draw {
        private final Random random;

        private Draw(Random random) {
            this.random = random;
        }

        private HostileRequest request() {
            int route = random.nextInt(100);
            if (route < 10) {
                return claim();
            } else if (route < 12) {
                return asked();
            } else if (route < 20) {
                return sent("DELETE", "/api/v1/runners/" + runner(25), "");
            } else if (route < 42) {
                return sent("POST", "/api/v1/runners/" + runner(75) + "/execute", execution());
            } else if (route < 52) {
                return handshake();
            } else if (route < 56) {
                return sent("GET", "/api/v1/execution-environments" + fetch(), "");
            } else if (route < 62) {
                return sent("GET", "/api/v1/execution-environments/" + environment(80) + fetch(), "");
            } else if (route < 70) {
                return sent("PUT", "/api/v1/execution-environments/" + own(), definition());
            } else if (route < 73) {
                return sent("DELETE", "/api/v1/execution-environments/" + own(), "");
            } else if (route < 79) {
                return service();
            } else if (route < 82) {
                return sent(one(List.of("GET", "POST", "DELETE")), one(List.of("/", "/api", "/api/v1",
                        "/api/v1/runners/",
                        "/api/v1//runners", "/api/v1/./runners", "/api/../livez", "/api/v1/nope", "/API/V1/health",
                        "/%61pi/v1/health", "//", "/livez/", "/" + "x".repeat(17_000), "/\u00ff", "*", "livez")), "");
            } else if (route < 88) {
                return sent("PATCH", "/api/v1/runners/" + runner(75) + "/files", change());
            } else if (route < 94) {
                return sent("GET", "/api/v1/runners/" + runner(75) + "/files?" + reading() + "&recursive="
                        + one(List.of("true", "false", "maybe", "")), "");
            }
            return sent(chance(30) ? "HEAD" : "GET", "/api/v1/runners/" + runner(75) + "/files/raw?" + reading(), "");
        }

        /** What needs no runner; an examination takes all of Nomad's lists, so there are few. */
        private HostileRequest service() {
            if (chance(5)) {
                return chance(50)
                        ? sent("GET", "/api/v1/doctor" + oddQuery(), "")
                        : sent("POST", "/api/v1/doctor/repair", object("repair", flag()));
            }
            return sent("GET", one(SERVICE) + oddQuery(), "");
        }

        /** Nobody hears of a runner that was claimed by a client that resets, so it must end by itself soon. */
        private HostileRequest claim() {
            String environment = runners.get().size() < 10 && chance(80) ? "1" : number();
            if (chance(10)) {
                String body = "{\"executionEnvironmentId\":1,\"inactivityTimeout\":1}";
                return new HostileRequest("POST", "/api/v1/runners", bytes("POST", "/api/v1/runners",
                        body.getBytes(UTF_8), chance(50) ? "Prefer: wait=2\r\n" : ""), 1, Manner.RESETTING);
            }
            String timeout = chance(50) ? "60" : number();
            if (chance(30)) {
                String body = chance(50)
                        ? object("executionEnvironmentId", environment, "inactivityTimeout", timeout)
                        : object("executionEnvironmentId", environment, "inactivityTimeout", timeout,
                                chance(50) ? "executionEnvironmentIds" : "labels",
                                chance(50) ? one(CHOICES) : one(LABELS));
                return polite("POST", "/api/v1/runners", body.getBytes(UTF_8),
                        "Prefer: " + one(PREFERENCES) + "\r\n" + (chance(5) ? "Prefer: wait=0\r\n" : ""), 1);
            }
            HostileRequest claim = sent("POST", "/api/v1/runners", object("executionEnvironmentId", environment,
                    "inactivityTimeout", timeout));
            return claim.manner() == Manner.POLITE || claim.manner() == Manner.SLOPPY
                    ? claim
                    : new HostileRequest(claim.method(), claim.target(), claim.bytes().getBytes(), claim.times(),
                            Manner.SLOPPY);
        }

        /** Of a claim that is asked after. */
        private HostileRequest asked() {
            List<String> known = claims.get();
            String id = !known.isEmpty() && chance(80) ? one(known) : one(NO_CLAIMS);
            return sent(chance(65) ? "GET" : "DELETE", "/api/v1/claims/" + id + (chance(5) ? "?wait=50" : ""), "");
        }

        private String execution() {
            String variables = switch (random.nextInt(8)) {
                case 0 -> "{\"1A\":\"b\"}";
                case 1 -> "{\"A\":" + text() + ",\"A\":" + text() + "}";
                case 2 -> "[]";
                case 3 -> "{\"A=B\":\"\",\"\":\"\"}";
                case 4 -> "{\"" + "A".repeat(2000) + "\":\"b\"}";
                default -> "{\"A\":\"b c\"}";
            };
            return object("command", text(), "timeLimit", chance(80) ? "2" : number(), "environment", variables,
                    "privilegedExecution", flag());
        }

        private String definition() {
            String[] terms = switch (random.nextInt(4)) {
                case 0 -> new String[]{"claimWait", chance(50) ? "1" : number(), "labels", one(LABELS)};
                case 1 -> new String[]{"labels", "{\"language\":\"latin\"}"};
                default -> new String[0];
            };
            return object(terms, "prewarmingPoolSize", chance(70) ? "0" : number(), "cpuLimit",
                    chance(70) ? "20" : number(),
                    "memoryLimit", chance(70) ? "64" : number(), "image", chance(70) ? "\"image\"" : text(),
                    "networkAccess", flag(), "exposedPorts", one(List.of("[]", "[]", "null", "[80]", "[1,65535]", "[0]",
                            "[65536]", "[80,80]", "[-1]", "[\"80\"]", "{}", "[null]", "[1.5]", "80")));
        }

        private String change() {
            String content = switch (random.nextInt(8)) {
                case 0 -> "\"!!!\"";
                case 1 -> "\"YQ\"";
                case 2 -> "\"YQ==YQ==\"";
                case 3 -> "\"YQ\\u003d\\u003d\"";
                case 4 -> text();
                case 5 -> "\"" + Base64.getEncoder().encodeToString(new byte[200_000]) + "\"";
                default -> "\"cHJpbnQoMSkK\"";
            };
            String path = chance(70) ? one(List.of("\"a.txt\"", "\"d/a.txt\"", "\"d/\"", "\"d e/'x'\"")) : text();
            String copy = chance(85) ? "[{\"path\":" + path + ",\"content\":" + content + "}]" : text();
            return object("copy", copy, "delete", chance(80) ? "[\"./*\"]" : "[" + text() + "," + text() + "]");
        }

        private HostileRequest handshake() {
            List<String> waiting = sockets.get();
            String target = waiting.isEmpty() || chance(30)
                    ? "/api/v1/runners/" + runner(60) + "/websocket"
                            + one(List.of("", "?executionID=", "?executionID=x",
                                    "?executionID=%zz", "?executionID=a7cd8ee1-6f4c-4b51-9d9b-3e1c2b8f0e55", "?",
                                    "?executionid=x"))
                    : one(waiting);
            List<String> headers = new ArrayList<>(List.of("Connection: Upgrade", "Upgrade: websocket",
                    "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="));
            if (chance(25)) {
                headers.set(random.nextInt(headers.size()), one(List.of("Origin: http://elsewhere", "Connection: close",
                        "Sec-WebSocket-Version: 12", "Sec-WebSocket-Key: x", "Upgrade: h2c", "Content-Length: 1",
                        "Sec-WebSocket-Extensions: permessage-deflate", "Sec-WebSocket-Protocol: a, b")));
            }
            Manner manner = chance(15) ? Manner.RESETTING : Manner.SLOPPY;
            return new HostileRequest("GET", target,
                    bytes("GET", target, new byte[0], String.join("\r\n", headers) + "\r\n"), 1, manner);
        }

        /** Fields in any order, some of them missing, twice, or spelled otherwise; and sometimes no object at all. */
        private String object(String... namesAndValues) {
            return object(new String[0], namesAndValues);
        }

        private String object(String[] more, String... some) {
            List<String> fields = new ArrayList<>();
            String[] namesAndValues = Stream.of(some, more).flatMap(Stream::of).toArray(String[]::new);
            for (int i = 0; i < namesAndValues.length; i += 2) {
                if (!chance(5)) {
                    String name = chance(5) ? namesAndValues[i].toUpperCase(java.util.Locale.ROOT) : namesAndValues[i];
                    fields.add("\"" + name + "\":" + namesAndValues[i + 1]);
                }
            }
            if (chance(5) && !fields.isEmpty()) {
                fields.add(fields.getFirst());
            }
            if (chance(5)) {
                fields.add("\"unknown\":" + one(List.of("1", "{\"a\":[]}", "\"" + "y".repeat(3000) + "\"")));
            }
            Collections.shuffle(fields, random);
            String body = fields.stream().collect(Collectors.joining(chance(10) ? " ,\n" : ",", "{", "}"));
            return switch (random.nextInt(80)) {
                case 0 -> "[" + body + "]";
                case 1 -> body.substring(0, random.nextInt(body.length()));
                case 2 -> body + " trailing";
                case 3 -> "{\"a\":".repeat(20_000);
                case 4 -> "[".repeat(100_000);
                case 5 -> "\ufeff" + body;
                case 6 -> "{\"a\":\"" + LONG + "\"}";
                case 7 -> "";
                default -> body;
            };
        }

        private String number() {
            return drawn(NUMBERS, BORDERLINE_NUMBERS, HOSTILE_NUMBERS);
        }

        private String text() {
            return chance(1) ? "\"" + LONG.substring(100) + "\"" : drawn(TEXTS, BORDERLINE_TEXTS, HOSTILE_TEXTS);
        }

        private String flag() {
            return drawn(FLAGS, List.of("null"), HOSTILE_FLAGS);
        }

        private String drawn(List<String> valid, List<String> borderline, List<String> hostile) {
            int draw = random.nextInt(100);
            return one(draw < 75 ? valid : draw < 90 ? borderline : hostile);
        }

        private String runner(int knownPercent) {
            List<String> known = runners.get();
            return !known.isEmpty() && chance(knownPercent) ? one(known) : one(NO_RUNNERS);
        }

        private String environment(int goodPercent) {
            return one(chance(goodPercent) ? ENVIRONMENTS : NO_ENVIRONMENTS);
        }

        private String own() {
            return chance(85)
                    ? Integer.toString(FIRST_OWN + random.nextInt(LAST_OWN - FIRST_OWN + 1))
                    : one(NO_ENVIRONMENTS);
        }

        private String fetch() {
            return chance(50)
                    ? ""
                    : "?fetch=" + one(List.of("true", "false", "1", "", "yes", "%74rue", "%zz", "true&fetch=x"));
        }

        private String oddQuery() {
            return chance(70)
                    ? ""
                    : one(List.of("?", "?&&&", "?a=%zz", "?=", "?a=b&a=c", "?%00=%00", "?a=\u00ff",
                            "?" + "q".repeat(9000)));
        }

        private String reading() {
            return "path=" + (chance(70) ? one(PATHS) : one(ODD_PATHS)) + "&privilegedExecution="
                    + one(List.of("false", "true", "no", "%zz")).replace("%zz", chance(20) ? "%zz" : "0")
                    + (chance(5) ? "&pathBase64=" + one(List.of("YQ==", "!!", "%2F%2F%2F%2F")) : "");
        }

        private HostileRequest sent(String method, String target, String body) {
            byte[] content = chance(5) ? body.getBytes(ISO_8859_1) : body.getBytes(UTF_8);
            int draw = random.nextInt(100);
            if (draw < 4) {
                String odd = one(
                        List.of("HEAD", "OPTIONS", "PATCH", "TRACE", "PROPFIND", "get", "POST", "CONNECT", "PUT2"));
                // Some methods are the route's own; what is claimed then would not be heard of by its name.
                return polite(odd.equals("POST") ? "TRACE" : odd, target, content, "", 1);
            } else if (draw < 7) {
                return polite(method, target, content, "", 2 + random.nextInt(8));
            } else if (draw < 10) {
                return new HostileRequest(method, target, bytes(method, target, content, ""), 1, Manner.RESETTING);
            } else if (draw < 12) {
                return new HostileRequest(method, target, bytes(method, target, content, ""), 1, Manner.HALF_CLOSED);
            } else if (draw < 16) {
                return new HostileRequest(method, target, sloppy(method, target, content), 1, Manner.SLOPPY);
            }
            return polite(method, target, content, one(List.of("", "", "", "Content-Type: text/html\r\n",
                    "Content-Type: application/x-www-form-urlencoded\r\n", "Content-Type: \u00ff\r\n",
                    "Expect: 100-continue\r\n", "Accept-Encoding: gzip\r\n", "X-Forwarded-Host: a b\r\n",
                    one(TRACES), "Range: bytes=0-1\r\n", "Upgrade: h2c\r\n", "Cookie: " + "c".repeat(9000) + "\r\n")),
                    1);
        }

        private HostileRequest polite(String method, String target, byte[] body, String headers, int times) {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            for (int i = 0; i < times; i++) {
                all.writeBytes(bytes(method, target, body, headers));
            }
            return new HostileRequest(method, target, all.toByteArray(), times, Manner.POLITE);
        }

        /** Its length is not what it says, or said in an odd way. */
        private byte[] sloppy(String method, String target, byte[] body) {
            String head = method + " " + target + " HTTP/1.1\r\nHost: h\r\nPoseidon-Token: " + token + "\r\n";
            String text = new String(body, ISO_8859_1);
            String hex = Integer.toHexString(body.length);
            String odd = switch (random.nextInt(12)) {
                case 0 -> "Content-Length: " + (body.length + 1) + "\r\n\r\n" + text;
                case 1 -> "Content-Length: " + (body.length / 2) + "\r\n\r\n" + text;
                case 2 -> "Content-Length: -1\r\n\r\n" + text;
                case 3 -> "Content-Length: 1\r\nContent-Length: 2\r\n\r\n" + text;
                case 4 ->
                    "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n" + hex + "\r\n" + text + "\r\n0\r\n\r\n";
                case 5 -> "Transfer-Encoding: gzip, chunked\r\n\r\n" + text;
                case 6 -> "Transfer-Encoding: chunked\r\n\r\nzz\r\n" + text;
                case 7 -> "Transfer-Encoding: chunked\r\n\r\n" + hex + ";ext=\"a\"\r\n" + text
                        + "\r\n0\r\nTrailer: x\r\n\r\n";
                case 8 -> "Transfer-Encoding: chunked\r\n\r\n7fffffffffffffff\r\n" + text;
                case 9 -> "Content-Length: 99999999999\r\n\r\n" + text;
                case 10 -> "Host: other\r\nContent-Length: " + body.length + "\r\n\r\n" + text;
                default -> "Folded: a\r\n b\r\nContent-Length: " + body.length + "\r\n\r\n" + text;
            };
            return (head + odd).getBytes(ISO_8859_1);
        }

        private byte[] bytes(String method, String target, byte[] body, String headers) {
            String credentials = chance(20) ? "Authorization: Bearer " + token : "Poseidon-Token: " + token;
            boolean chunked = body.length > 0 && chance(10);
            String length = body.length == 0 && !headers.contains("Expect")
                    ? ""
                    : chunked ? "Transfer-Encoding: chunked\r\n" : "Content-Length: " + body.length + "\r\n";
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            all.writeBytes((method + " " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\n" + credentials + "\r\n" + headers
                    + length
                    + "\r\n").getBytes(ISO_8859_1));
            for (int at = 0; chunked && at < body.length;) {
                int size = Math.min(body.length - at, 1 + random.nextInt(100_000));
                all.writeBytes((Integer.toHexString(size) + "\r\n").getBytes(ISO_8859_1));
                all.write(body, at, size);
                all.writeBytes(new byte[]{'\r', '\n'});
                at += size;
            }
            all.writeBytes(chunked ? "0\r\n\r\n".getBytes(ISO_8859_1) : body);
            return all.toByteArray();
        }

        private boolean chance(int percent) {
            return random.nextInt(100) < percent;
        }

        private <T> T one(List<T> all) {
            return all.get(random.nextInt(all.size()));
        }
    }
}
