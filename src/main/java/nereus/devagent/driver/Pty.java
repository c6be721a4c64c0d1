package nereus.devagent.driver;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import nereus.devagent.driver.TaskDriver.DriverFailure;

/**
 * A pseudo-terminal: the master is ours (one descriptor to read, one to write), the slave becomes the process's.
 *
 * <p>The slave stays open here until the process has ended: without it an early read of the master fails, before the process has
 * opened its end.
 */
record Pty(Descriptor reading, Descriptor writing, int slave) {
    private static final int ROWS = 24;
    private static final int COLUMNS = 80;
    private static final long TIOCSPTLCK = 0x40045431;
    private static final long TIOCGPTPEER = 0x5441;
    private static final long TIOCSWINSZ = 0x5414;

    /**
     * Opens a terminal of 24 by 80.
     *
     * @param multiplexer a {@code ptmx} file; a runner's own makes the terminal's name visible inside
     * @param owner the user id that gets the slave, or -1
     */
    static Pty open(String multiplexer, int owner) throws DriverFailure {
        int flags = Libc.O_RDWR | Libc.O_NOCTTY | Libc.O_CLOEXEC;
        int master = Libc.open(multiplexer, flags | Libc.O_NONBLOCK);
        if (master < 0) {
            throw new DriverFailure("failed to open a terminal (" + multiplexer + "): error number " + -master);
        }
        int slave;
        try (Arena arena = Arena.ofConfined()) {
            Libc.ioctl(master, TIOCSPTLCK, arena.allocate(ValueLayout.JAVA_INT));
            slave = Libc.ioctl(master, TIOCGPTPEER, (long) flags);
        }
        if (slave < 0) {
            Libc.close(master);
            throw new DriverFailure("failed to open a terminal's slave: error number " + -slave);
        }
        Descriptor reading = new Descriptor(master);
        resize(reading, ROWS, COLUMNS);
        if (owner >= 0) {
            Libc.changeOwner(slave, owner, -1);
        }
        return new Pty(reading, new Descriptor(Libc.duplicate(master)), slave);
    }

    /** Sets the size of the window; the foreground processes get SIGWINCH if it differs. */
    static void resize(Descriptor master, int rows, int columns) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment size = arena.allocate(ValueLayout.JAVA_SHORT, 4);
            size.setAtIndex(ValueLayout.JAVA_SHORT, 0, (short) rows);
            size.setAtIndex(ValueLayout.JAVA_SHORT, 1, (short) columns);
            master.ioctl(TIOCSWINSZ, size);
        }
    }
}
