package nereus.devagent.driver;

/** How a process ended: its exit code, or 128 + n for signal n. */
record ExitStatus(int code) {
    static ExitStatus ofWait(int status) {
        int signal = status & 0x7f;
        return new ExitStatus(signal == 0 ? status >> 8 & 0xff : 128 + signal);
    }
}
