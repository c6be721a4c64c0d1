package nereus.devagent.http;

import nereus.devagent.model.Delays;

/**
 * What the HTTP face can be told.
 *
 * @param deadExecs the share of execs that are dead from the start: the process starts, but the client is told of exit 0 at once
 *        (about 0.01 with Nomad and Docker; 0 by default)
 * @param seed of the choice which those are
 */
public record HttpSettings(Delays delays, Framing framing, double deadExecs, long seed) {}
