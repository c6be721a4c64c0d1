package nereus;

import io.vertx.core.buffer.Buffer;

/**
 * One request of a hostile client.
 *
 * @param method and target as they stand in its first line
 * @param bytes all of it; several complete requests when it is repeated
 * @param times how many requests that are
 * @param manner how the client behaves around it
 */
record HostileRequest(String method, String target, Buffer bytes, int times, Manner manner) {
    HostileRequest(String method, String target, byte[] bytes, int times, Manner manner) {
        this(method, target, Buffer.buffer(bytes), times, manner);
    }

    enum Manner {
        /** Reads its answers, on a connection that is used again. */
        POLITE,
        /** Does not end where it says it does: reads what comes until the server closes. */
        SLOPPY,
        /** Sends a part, or all, and resets. */
        RESETTING,
        /** Ends its half of the connection, and reads on. */
        HALF_CLOSED
    }
}
