package nereus;

import java.util.Collections;
import java.util.List;

/** What the fields of hostile requests are drawn from. */
final class HostileValues {
    static final String LONG = "x".repeat(1 << 20);
    static final List<String> NUMBERS = List.of("0", "1", "2", "3");
    static final List<String> BORDERLINE_NUMBERS = List.of("2147483647", "2147483648", "9223372036854775807",
            "9223372036854775808", "-0", "1000000", "65535", "65536", "null", "10");
    static final List<String> HOSTILE_NUMBERS = List.of("-1", "1.5", "1e2", "1e999999999", "\"1\"", "\"\"",
            "true", "[]", "{}", "[1]", "007", "0x10", "NaN", "Infinity", "9".repeat(5000), "-9223372036854775809",
            "+1");
    static final List<String> TEXTS = List.of("\"true\"", "\"echo hi\"", "\"echo $A; exit 3\"", "\"cat\"",
            "\"sleep 0.2\"", "\"head -c 70000 /dev/zero | tr '\\\\0' x\"", "\"printf '\\\\377\\\\376\\\\n'\"",
            "\"echo no >&2\"", "\"exit 300\"");
    static final List<String> BORDERLINE_TEXTS = List.of("\"\"", "\"\\u0000\"", "\"a\\u0000b\"", "\"\\ud800\"",
            "\"\\udfff\\ud800\"", "\"\u0085\"", "\"😀 é \u202e\"", "\"'\\\"`\\\\\"", "\"\\n\\r\\t\"",
            "\"$(touch /tmp/pwned)\"",
            "\"../../../../etc/passwd\"", "\"'; exit 7; '\"", "\"\\u2028<script>&\"", "null", "\"%s%n%x\"");
    static final List<String> HOSTILE_TEXTS = List.of("7", "false", "[]", "{}", "[\"a\"]", "{\"a\":\"b\"}",
            "'a'",
            "\"unterminated", "\"\\x\"", "\"\\ud8\"", "\"\u0001\"", "\u00ff\u00fe", "\"\u00c0\u0080\"");
    static final List<String> FLAGS = List.of("true", "false", "false");
    static final List<String> HOSTILE_FLAGS = List.of("1", "\"true\"", "[]", "{}", "TRUE", "tru");
    static final List<String> NO_RUNNERS = List.of("1-00000000-0000-4000-8000-000000000000", "template-1", "1",
            "..", "%2e%2e", "a%2Fb", "%00", "%zz", "%", "%c3%28", "1-abc%0d%0aX:y", "x".repeat(300), "\u00e4", "a b",
            "*", "1-*", "%F0%9F%98%80", ";", "a;b=c", "nereus");
    static final List<String> ENVIRONMENTS = List.of("1", "1", "007", "77", "999999999");
    static final List<String> NO_ENVIRONMENTS = List.of("1000000000", "2147483647", "2147483648",
            "99999999999999999999", "-1", "1.5", "abc", "%35", "%zz", "1%00", "\u0661", "1/", "1//", "./1", "");
    static final List<String> PATHS = List.of(".%2F", "a.txt", "%2Fetc%2Fhostname", "d%2Fa.txt", "%2Fetc");
    static final List<String> ODD_PATHS = List.of("", ".", "..", "..%2F..%2Fetc%2Fpasswd", "%00", "a%00b", "-R",
            "%24(id)", "%0A", "%zz", "%", "a+b", "%C3%28", "%2Fproc%2Fself%2Fmem", "%2Fdev%2Fzero",
            "%2Fproc%2Fkmsg", "x".repeat(5000), "%F0%9F%98%80", "~", "*", "%2F%2F%2Fetc");
    static final List<String> PREFERENCES = List.of("wait=1", "wait=1", "wait=0", "respond-async, wait=2",
            "respond-async, wait=2", "respond-async, wait=600", "respond-async", "wait=\"1\"; x=\"y", "wait=-1",
            "wait=99999999999999999999", "wait=1.5", ",,,;=", "wait=1, wait=50", "respond-async=no;,,wait=1", "=",
            "\u00ff",
            "wait=" + "1".repeat(3000));
    static final List<String> CHOICES = List.of("[1]", "[1,2]", "[3,2,1,1]", "[77]", "[]", "null", "[0]",
            "[2147483648,1]", "[9223372036854775807]", "[-1]", "[\"1\"]", "[null]", "[[1]]", "{}", "1", "[1.0]",
            Collections.nCopies(101, "1").toString(), Collections.nCopies(20_000, "1").toString());
    static final List<String> LABELS = List.of("{\"language\":\"latin\"}", "{}", "null", "{\"a\":1}", "[]",
            "{\"\":\"\"}", "{\"language\":null}", "{\"a=b,c\":\"d=e\"}", "{\"\\u0000\":\"\\ud800\"}",
            "{\"" + "k".repeat(5000) + "\":\"v\"}", "\"latin\"");
    static final List<String> NO_CLAIMS = List.of("x", "..", "%2e%2e", "%00", "%zz", "x".repeat(300), "\u00e4",
            "*",
            "a7cd8ee1-a7cd8ee1-6f4c-4b51-9d9b-3e1c2b8f0e55", "a%2Fb", ";");

    static final List<String> SERVICE = List.of("/api/v1/statistics/execution-environments",
            "/api/v1/statistics/starts", "/api/v1/statistics/claims", "/api/v1/health", "/api/v1/version", "/livez",
            "/readyz", "/api/v1/openapi.json", "/docs", "/metrics", "/api/v1/status", "/api/v1/status/runners");
    static final List<String> TRACES = List.of(
            "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n",
            "traceparent: 00-" + "0".repeat(32) + "-" + "0".repeat(16) + "-00\r\n",
            "traceparent: \u00ff\r\ntraceparent: x\r\n", "traceparent: " + "a".repeat(8000) + "\r\n",
            "sentry-trace: 4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1\r\n", "sentry-trace: -\r\n",
            "sentry-trace: %0d%0a\r\nbaggage: x=y\r\n");

    private HostileValues() {}
}
