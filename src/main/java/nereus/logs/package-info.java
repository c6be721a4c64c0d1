/**
 * What is written down: a line for each request and for each event in a runner's life, the audit of definitions, their form, and which
 * levels are shown. Nothing here holds a token, a file's content, or, unless {@code log.commands} asks for it, a command's text.
 *
 * <p>Threads: every line of the process is put into a bounded queue by whoever has something to tell, and written by one thread, since
 * what reads our output may be slow.
 */
@NullMarked
package nereus.logs;

import org.jspecify.annotations.NullMarked;
