package nereus.nomad;

import io.vertx.core.buffer.Buffer;
import org.jspecify.annotations.Nullable;

/**
 * What Nomad answered to one call.
 *
 * @param from the agent that answered
 * @param index the header {@code X-Nomad-Index}, null when it is absent
 * @param nextToken where the next page of a list begins, null after the last
 */
record Answer(Address from, int status, @Nullable String index, @Nullable String nextToken, Buffer body) {
    boolean ok() {
        return status >= 200 && status < 300;
    }
}
