/**
 * The HTTP edge: routes, wire records, the token, and the one place where an error becomes a status.
 *
 * <p>Threads: bodies are read on the event loop; each request's story then runs on a virtual thread and may block. An upload's story
 * runs while its body comes in; what flows out (listings, downloads) is written on the event loop.
 */
@NullMarked
package nereus.api;

import org.jspecify.annotations.NullMarked;
