package nereus.metrics;

import com.influxdb.client.InfluxDBClient;
import com.influxdb.client.InfluxDBClientFactory;
import com.influxdb.client.InfluxDBClientOptions;
import com.influxdb.client.domain.WritePrecision;
import com.influxdb.exceptions.InfluxException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import okhttp3.OkHttpClient;
import org.jspecify.annotations.Nullable;

/**
 * influxdb-client-java 7.5.0, used in its blocking form only: its own batching blocked whoever added a point for 10 s when the server was
 * silent, and takes 30 s to close. Made with the first write, since that takes half a second, and anew when the token has changed.
 */
final class InfluxClient implements InfluxWriter {
    /** What InfluxDB 1.8 does not look at, and the client insists on. */
    private static final String NO_ORGANIZATION = "-";
    private static final int TOO_MANY = 429;
    private static final int REQUEST_TIMEOUT = 408;
    private static final int BAD_LINE = 400;
    private static final int TOO_LARGE = 413;

    private final InfluxSettings settings;
    private @Nullable InfluxDBClient client;
    private String token = "";

    InfluxClient(InfluxSettings settings) {
        this.settings = settings;
    }

    @Override
    public Result write(List<String> lines) {
        try {
            client().getWriteApiBlocking().writeRecords(WritePrecision.NS, lines);
            return Result.TAKEN;
        } catch (IOException noToken) {
            return new Result(String.valueOf(noToken.getMessage()), false);
        } catch (IllegalArgumentException unusable) {
            return new Result(String.valueOf(unusable.getMessage()), true);
        } catch (InfluxException refused) {
            int status = refused.status();
            boolean passing = status == 0 || status >= 500 || status == TOO_MANY || status == REQUEST_TIMEOUT
            // A token may be replaced, and then counts for what waits.
                    || status == 401 || status == 403;
            return new Result(status == 0 ? because(refused) : "status " + status + " (" + refused.getMessage() + ")",
                    !passing, status == BAD_LINE || status == TOO_LARGE);
        }
    }

    private InfluxDBClient client() throws IOException {
        String now = token();
        if (client == null || !now.equals(token)) {
            close();
            InfluxDBClientOptions.Builder options = InfluxDBClientOptions.builder().url(settings.url())
                    .org(settings.organization().isEmpty() ? NO_ORGANIZATION : settings.organization())
                    .bucket(settings.bucket())
                    .okHttpClient(new OkHttpClient.Builder().connectTimeout(settings.timeout())
                            .readTimeout(settings.timeout()).writeTimeout(settings.timeout())
                            .callTimeout(settings.timeout()));
            if (!now.isEmpty()) {
                options.authenticateToken(now.toCharArray());
            }
            client = InfluxDBClientFactory.create(options.build());
            token = now;
        }
        return client;
    }

    private String token() throws IOException {
        if (settings.tokenFile().isEmpty()) {
            return settings.token();
        }
        try {
            return Files.readString(Path.of(settings.tokenFile())).strip();
        } catch (IOException unreadable) {
            throw new IOException("influx.tokenFile " + settings.tokenFile() + " cannot be read: "
                    + unreadable.getMessage(), unreadable);
        }
    }

    private static String because(Throwable error) {
        Throwable cause = error;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }

    @Override
    public void close() {
        InfluxDBClient open = client;
        client = null;
        if (open != null) {
            open.close();
        }
    }
}
