package nereus.devagent.model;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Nomad's variables, without locks. */
final class Variables {

    private static final Pattern PATH = Pattern.compile("[a-zA-Z0-9\\-_~/]{1,128}");
    private static final int MOST_BYTES = 64 * 1024;

    private final World world;

    Variables(World world) {
        this.world = world;
    }

    /** Writes a variable; {@code cas} is the index it must still have, 0 for none, null for whatever. */
    ClusterModel.Written put(String path, Map<String, String> items, @Nullable Long cas) {
        check(path);
        if (items.isEmpty()) {
            throw new Refused(400, "variable missing required Items object");
        }
        long bytes = 0;
        for (Map.Entry<String, String> item : items.entrySet()) {
            bytes += item.getKey().getBytes(StandardCharsets.UTF_8).length
                    + item.getValue().getBytes(StandardCharsets.UTF_8).length;
        }
        if (bytes > MOST_BYTES) {
            throw new Refused(400, "RPC Error:: 400,variables are limited to 64KiB in total size");
        }
        Variable before = world.store.variables.get(path);
        if (cas != null && cas != (before == null ? 0 : before.modifyIndex())) {
            return new ClusterModel.Written(false, before == null ? absent(path) : before, world.store.index);
        }
        Transaction transaction = world.begin("VariableUpdated");
        Variable now = new Variable(path, Map.copyOf(new TreeMap<>(items)),
                before == null ? transaction.index : before.createIndex(), transaction.index,
                before == null ? transaction.time : before.createTime(), transaction.time);
        transaction.put(now);
        transaction.commit();
        return new ClusterModel.Written(true, now, transaction.index);
    }

    ClusterModel.Written delete(String path, @Nullable Long cas) {
        check(path);
        Variable before = world.store.variables.get(path);
        if (cas != null && cas != (before == null ? 0 : before.modifyIndex())) {
            return new ClusterModel.Written(false, before == null ? absent(path) : before, world.store.index);
        }
        Transaction transaction = world.begin("VariableUpdated");
        if (before != null) {
            transaction.deleted(before);
        } else {
            world.store.touch(Store.Table.VARIABLES, transaction.index);
        }
        transaction.commit();
        return new ClusterModel.Written(true, before == null ? absent(path) : before, transaction.index);
    }

    private static Variable absent(String path) {
        return new Variable(path, Map.of(), 0, 0, 0, 0);
    }

    private static void check(String path) {
        if (!PATH.matcher(path).matches()) {
            throw new Refused(400, "RPC Error:: 400,invalid path \"" + path + "\"");
        }
        if (path.equals("nomad") || path.startsWith("nomad/")) {
            String below = path.length() > 6 ? path.substring(6) : "";
            boolean allowed = below.equals("jobs") || below.startsWith("jobs/") || below.startsWith("job-templates/")
                    || below.startsWith("sentinel");
            if (!allowed) {
                throw new Refused(400,
                        "RPC Error:: 400,only paths at \"nomad/jobs\" or \"nomad/job-templates\" and below"
                                + " are valid paths under the top-level \"nomad\" directory");
            }
        }
    }
}
