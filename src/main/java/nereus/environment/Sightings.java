package nereus.environment;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import nereus.nomad.JobFact;

/**
 * What is known of the template job of each known environment, and in what order: Nomad's index alone decides what is newer. Any
 * thread; one short lock, in which nothing waits.
 */
final class Sightings {
    private static final long NEVER = -1;

    /** One environment's template job. */
    private static final class Template {
        /** Nomad's index of the last news that it is there. */
        long index;
        /** The newest index at which it was seen to be away. */
        long absentAt = NEVER;
        /** It is not parameterized, so Nomad would not let it become so. */
        boolean plain;
        /** We purged it, and do not know whether that came through. */
        boolean purged;
        /** It was put back once since the last put. */
        boolean restored;
        /** It was put back, and nobody knows whether that came through. */
        boolean restoring;
        /** Its absence has been reported. */
        boolean told;
    }

    private final Map<Integer, Template> templates = new HashMap<>();
    /** Environments, known or not, whose definition is, or may be, saved: a change of the template is not finished. */
    private final Set<Integer> saved = new HashSet<>();

    /** Our own write of it has come through: whatever was the matter before is over. */
    synchronized void written(int id, long index) {
        Template template = templates.computeIfAbsent(id, key -> new Template());
        template.index = Math.max(template.index, index);
        template.absentAt = NEVER;
        template.plain = false;
        template.purged = false;
        template.restored = false;
        template.restoring = false;
        template.told = false;
    }

    /** It was read from Nomad. */
    synchronized void found(int id, long index, boolean plain) {
        present(templates.computeIfAbsent(id, key -> new Template()), index, plain);
    }

    synchronized void forget(int id) {
        templates.remove(id);
    }

    /** News of a template job, which may not be the newest; true when it seems to be away. */
    synchronized boolean saw(int id, JobFact job) {
        Template template = templates.get(id);
        if (template == null || job.index() < template.index) {
            return false;
        }
        if (job.dead()) {
            template.absentAt = Math.max(template.absentAt, job.index());
            return true;
        }
        present(template, job.index(), !job.parameterized());
        return false;
    }

    /** A complete list showed {@code listed} and is as new as {@code index}; the environments whose templates seem to be away. */
    synchronized List<Integer> absent(Set<Integer> listed, long index) {
        List<Integer> absent = new ArrayList<>();
        templates.forEach((id, template) -> {
            if (!listed.contains(id) && template.index <= index) {
                template.absentAt = Math.max(template.absentAt, index);
                absent.add(id);
            }
        });
        return absent;
    }

    /** Whether nothing newer is known than that it is away. */
    synchronized boolean absent(int id) {
        return is(id, template -> template.absentAt != NEVER && template.index <= template.absentAt);
    }

    synchronized boolean plain(int id) {
        return is(id, template -> template.plain);
    }

    synchronized boolean saved(int id) {
        return saved.contains(id);
    }

    synchronized void saved(int id, boolean there) {
        if (there) {
            saved.add(id);
        } else {
            saved.remove(id);
        }
    }

    /** Whether its absence may be our own doing. */
    synchronized boolean purged(int id) {
        return is(id, template -> template.purged);
    }

    synchronized void purged(int id, boolean purged) {
        change(id, template -> template.purged = purged);
    }

    /** Whether it may be put back: once after each put. */
    synchronized boolean mayBeRestored(int id) {
        return is(id, template -> !template.restored);
    }

    synchronized void restoring(int id) {
        change(id, template -> template.restoring = true);
    }

    synchronized void notRestored(int id) {
        change(id, template -> template.restoring = false);
    }

    synchronized void restored(int id, long index) {
        change(id, template -> {
            template.restoring = true;
            present(template, Math.max(template.index, index), false);
        });
    }

    /** True for the first who asks since it was last seen. */
    synchronized boolean tell(int id) {
        Template template = templates.get(id);
        boolean first = template != null && !template.told;
        change(id, told -> told.told = true);
        return first;
    }

    private boolean is(int id, Predicate<Template> question) {
        Template template = templates.get(id);
        return template != null && question.test(template);
    }

    private void change(int id, Consumer<Template> change) {
        Template template = templates.get(id);
        if (template != null) {
            change.accept(template);
        }
    }

    private static void present(Template template, long index, boolean plain) {
        template.index = Math.max(template.index, index);
        template.plain = plain;
        // Guard against an old sighting that comes late, or again: it neither ends a newer absence nor shows that it was put back.
        if (template.absentAt > index) {
            return;
        }
        template.absentAt = NEVER;
        template.restored |= template.restoring;
        template.restoring = false;
        template.told = false;
    }
}
