/**
 * The HTTP edge: routes, wire records, the token, and the one place where an error becomes a status.
 *
 * <p>Threads: bodies are read on the event loop; each request's story then runs on a virtual thread and may block.
 */
@NullMarked
package nereus.api;

import org.jspecify.annotations.NullMarked;
