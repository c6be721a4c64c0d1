package nereus.nomad;

import java.util.Map;

/** A Nomad variable; lists show it without items (empty here). */
public record Variable(String path, long modifyIndex, Map<String, String> items) {}
