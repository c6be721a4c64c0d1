package nereus.settings;

/**
 * One value as somebody wrote it.
 *
 * @param origin where, for people: {@code line 12} or the name of the environment variable
 */
record Setting(String value, String origin) {}
