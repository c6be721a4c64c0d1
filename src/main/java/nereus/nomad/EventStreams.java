package nereus.nomad;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.PoolOptions;
import java.net.ConnectException;

/** Opens event streams, on connections of their own: a stream is silent for up to 30 s, and holds its connection for ever. */
final class EventStreams implements AutoCloseable {
    /** More than one only while a broken stream's connection is still being closed. */
    private static final int CONNECTIONS = 8;

    private final Vertx vertx;
    private final NomadSettings settings;
    private final Credentials credentials;
    private final Addresses addresses;
    private final Json json;
    private final HttpClient client;
    private final Context context;
    private final Call call;

    EventStreams(Vertx vertx, NomadSettings settings, Credentials credentials, Addresses addresses, Json json) {
        this.vertx = vertx;
        this.settings = settings;
        this.credentials = credentials;
        this.addresses = addresses;
        this.json = json;
        this.context = vertx.getOrCreateContext();
        HttpClientOptions options = new HttpClientOptions()
                .setConnectTimeout(Math.toIntExact(settings.connect().toMillis())).setKeepAlive(false)
                .setTcpKeepAlive(true);
        credentials.prepare(options);
        this.client = vertx.createHttpClient(options, new PoolOptions().setHttp1MaxSize(CONNECTIONS));
        // Topics cannot stand in the query map: the parameter is repeated.
        this.call = Call.get("subscribe to events",
                PolicyLine.capability(settings.namespace(), "read-job") + ", and for the topic Node "
                        + PolicyLine.nodes(),
                "/v1/event/stream?topic=Job&topic=Allocation&topic=Evaluation&topic=Node");
    }

    EventStream open() {
        NomadException.Unreachable last = new NomadException.Unreachable(call.name() + ": no address answers", false,
                new ConnectException());
        for (Address address : addresses.inOrder()) {
            HttpEventStream stream = new HttpEventStream(vertx, context, settings, credentials, json, call, address);
            try {
                stream.open(client);
                addresses.answered(address);
                return stream;
            } catch (NomadException.Unreachable e) {
                if (stream.answered()) {
                    throw e;
                }
                addresses.failed(address);
                last = e;
            } catch (NomadException.Refused e) {
                if (Refusals.helpless(e.status(), e.getMessage())) {
                    addresses.failed(address);
                }
                throw e;
            }
        }
        throw last;
    }

    @Override
    public void close() {
        client.close();
    }
}
