package nereus.files;

import java.io.IOException;
import java.io.InputStream;

/** The bytes of one file to copy, kept until the request is over. */
public interface Content {
    Content NONE = new Content() {
        @Override
        public long length() {
            return 0;
        }

        @Override
        public InputStream open() {
            return InputStream.nullInputStream();
        }
    };

    long length();

    /** Exactly that many bytes, from the beginning; each time it is called. */
    InputStream open() throws IOException;
}
