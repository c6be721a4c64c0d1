/** What systemd is told of the service: that it is ready, that it stops, how it is, and that it lives. */
@NullMarked
package nereus.systemd;

import org.jspecify.annotations.NullMarked;
