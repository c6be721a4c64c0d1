package nereus.devagent;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** What the agent's state asks of the file system, and where faults of it are brought in. */
class Disk {

    /** Writes all of it where something was written or room was made before. */
    void write(FileChannel file, ByteBuffer bytes, long at) throws IOException {
        long to = at;
        while (bytes.hasRemaining()) {
            to += file.write(bytes, to);
        }
    }

    /** Takes room behind the file's end, by writing zeros there. */
    void grow(FileChannel file, long by) throws IOException {
        write(file, ByteBuffer.allocate(Math.toIntExact(by)), file.size());
    }

    /** Returns once all that was written is on the disk. */
    void force(FileChannel file) throws IOException {
        file.force(false);
    }
}
