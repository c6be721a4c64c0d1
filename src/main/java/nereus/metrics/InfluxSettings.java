package nereus.metrics;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import nereus.settings.Section;

/**
 * Where Poseidon's points go: section {@code influx}.
 *
 * @param url of an InfluxDB with the v2 write API; empty sends nothing
 * @param token empty for none, or when {@code tokenFile} holds it
 * @param tokenFile is read before each batch, so that a new token counts at once
 * @param stage the tag that tells installations apart
 * @param runnerIds whether points bear the ids of runners and executions as tags, as Poseidon's do: a new series for each
 * @param queue points that may wait; what comes beyond is dropped and counted
 * @param batch points in one request at most
 * @param flush how long a point waits for others
 * @param timeout of one request
 * @param keep for how long a batch that the server does not take is tried again
 */
public record InfluxSettings(String url, String organization, String bucket, String token, String tokenFile,
        String stage, boolean runnerIds, int queue, int batch, Duration flush, Duration timeout, Duration keep) {

    public static InfluxSettings read(Section section) {
        return new InfluxSettings(section.parsed("url", "", InfluxSettings::url), section.text("organization", ""),
                section.text("bucket", "poseidon"), section.text("token", ""), section.text("tokenFile", ""),
                section.text("stage", "production"), section.flag("runnerIds", false),
                section.number("queue", 20_000, 100, 10_000_000), section.number("batch", 1000, 1, 100_000),
                section.duration("flush", Duration.ofSeconds(1)), section.duration("timeout", Duration.ofSeconds(5)),
                section.duration("keep", Duration.ofMinutes(10)));
    }

    /** Tokens stay out of logs. */
    @Override
    public String toString() {
        return url.isEmpty() ? "no InfluxDB" : place() + ", bucket " + bucket;
    }

    /** Scheme, host and port: a URL may hold a password. */
    String place() {
        URI uri = URI.create(url);
        return uri.getScheme() + "://" + uri.getHost() + (uri.getPort() < 0 ? "" : ":" + uri.getPort());
    }

    private static String url(String text) {
        try {
            if (!text.isEmpty() && (!text.matches("https?://.*") || new URI(text).getHost() == null)) {
                throw new IllegalArgumentException("must be a URL such as http://influxdb.example.org:8086");
            }
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("must be a URL such as http://influxdb.example.org:8086", e);
        }
        return text;
    }
}
