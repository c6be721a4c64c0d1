/**
 * The files of a claimed runner: copied and deleted, listed, downloaded, over a control channel of the execution room.
 *
 * <p>Threads: copying and listing are blocking code on the request's virtual thread; a download lives on the event loop of its
 * request, with back-pressure from the client's socket to the program that reads the file.
 */
@NullMarked
package nereus.files;

import org.jspecify.annotations.NullMarked;
