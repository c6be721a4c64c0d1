package nereus.api;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import nereus.files.Change;
import nereus.files.Content;
import nereus.files.FilePath;
import nereus.files.Upload;

/**
 * Reads {@code {"copy":[{"path","content"}],"delete":[…]}} with keys in any order; contents go to the spool as they come. A
 * well-formed body is never answered 400, for CodeOcean then drops a row of its database that may not be the runner's: what cannot
 * be a path is 422, what is too long 413.
 */
final class ChangeReader {
    /** Bytes of JSON besides contents. */
    static final int TEXT = 1 << 20;

    private final JsonStream json;
    private final Upload upload;
    private final int longestPath;
    private List<FilePath> delete = new ArrayList<>();
    private List<Change.Copy> copy = new ArrayList<>();

    /** @param meter is told how much was read besides contents */
    ChangeReader(InputStream body, Upload upload, int longestPath, JsonStream.Meter meter) {
        this.upload = upload;
        this.longestPath = longestPath;
        this.json = new JsonStream(body, bytes -> {
            if (bytes > TEXT) {
                throw new Refusal(
                        Answer.refusal(413,
                                "the request's JSON, contents excepted, is larger than " + TEXT + " bytes"));
            }
            meter.text(bytes);
        });
    }

    /** The change, once the body has come to its end. */
    Change read() throws IOException {
        if (json.blank()) {
            throw Refusal.badRequest("EOF");
        }
        if (!json.isNull()) {
            expect('{', "the body", "a JSON object");
            json.object(this::field);
        }
        json.rest();
        return new Change(delete, copy);
    }

    private void field(String name) throws IOException {
        boolean copies = name.equalsIgnoreCase("copy");
        if (!copies && !name.equalsIgnoreCase("delete")) {
            json.skip();
        } else if (!json.isNull()) {
            expect('[', copies ? "copy" : "delete", "a list");
            if (copies) {
                copy = new ArrayList<>();
                json.list(() -> copy.add(entry("copy[" + copy.size() + "]")));
            } else {
                delete = new ArrayList<>();
                json.list(() -> delete.add(path("delete[" + delete.size() + "]", "")));
            }
        }
    }

    private Change.Copy entry(String where) throws IOException {
        Entry entry = new Entry(where);
        if (!json.isNull()) {
            expect('{', where, "an object");
            json.object(entry::field);
        }
        if (entry.path.length() == 0) {
            throw unusable(where + " has no path");
        }
        return new Change.Copy(entry.path, entry.content);
    }

    private FilePath path(String where, String otherwise) throws IOException {
        if (json.isNull()) {
            return FilePath.of(otherwise);
        }
        expect('"', where, "a string");
        String text = json.text();
        if (text.indexOf('\0') >= 0) {
            throw unusable(where + " holds the character NUL");
        }
        FilePath path = FilePath.of(text);
        if (path.length() > longestPath) {
            throw new Refusal(Answer.refusal(413, where + " is longer than " + longestPath + " bytes"));
        }
        return path;
    }

    private void expect(char kind, String where, String what) throws IOException {
        int found = json.kind();
        if (found != kind) {
            throw Refusal.badRequest(where + " must be " + what + ", not " + switch (found) {
                case '{' -> "an object";
                case '[' -> "a list";
                case '"' -> "a string";
                case 't', 'f' -> "a boolean";
                case 'n' -> "null";
                default -> "a number";
            });
        }
    }

    private static Refusal unusable(String message) {
        return new Refusal(Answer.refusal(422, message));
    }

    private final class Entry {
        private final String where;
        private FilePath path = FilePath.of("");
        private Content content = Content.NONE;

        private Entry(String where) {
            this.where = where;
        }

        private void field(String name) throws IOException {
            if (name.equalsIgnoreCase("path")) {
                path = path(where + ".path", path.text());
            } else if (!name.equalsIgnoreCase("content")) {
                json.skip();
            } else if (!json.isNull()) {
                expect('"', where + ".content", "a string");
                long start = upload.length();
                if (!json.base64(new Base64Decoder(upload::write))) {
                    throw Refusal.badRequest(where + ".content is not base64");
                }
                content = upload.since(start);
            }
        }
    }
}
