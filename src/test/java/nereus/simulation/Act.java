package nereus.simulation;

/** What clients do, and what else is counted although nothing goes wrong with it; how often each happened is printed. */
enum Act {
    CLAIM, WAIT, WAIT_FOR_SEVERAL, WITHDRAW, SERVED_AFTER_WAIT, ASK, COLLECTED, GIVE_UP, RETURN, USE, COMMAND, PUT, DEFINITION_CHANGE, DELETE, FETCH, FETCH_ALL, PLAIN_TEMPLATE, FORCED_PULL, CRASH_BETWEEN_WRITES
}
