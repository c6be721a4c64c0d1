package nereus.devagent;

import java.io.IOException;
import java.nio.channels.FileChannel;

/** A disk that can be told to be full: nothing more finds room on it, what room was taken stays. */
final class FaultyDisk extends Disk {

    private volatile boolean full;

    void full(boolean now) {
        full = now;
    }

    @Override
    void grow(FileChannel file, long by) throws IOException {
        if (full) {
            throw new IOException("No space left on device");
        }
        super.grow(file, by);
    }
}
