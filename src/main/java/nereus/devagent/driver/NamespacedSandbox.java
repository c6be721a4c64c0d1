package nereus.devagent.driver;

import java.util.List;
import java.util.Map;

/** A sandbox made of Linux namespaces, which its further processes enter; only how they are made differs between the kinds. */
interface NamespacedSandbox extends Sandbox {
    Namespaces namespaces();

    @Override
    default List<String> enter(Roots roots, boolean terminal, List<String> command) {
        return namespaces().enter(roots, terminal, command);
    }

    @Override
    default String multiplexer(Roots roots) {
        return namespaces().multiplexer(roots);
    }

    @Override
    default Map<String, String> environment(TaskDirectory directory, String hostname) {
        return namespaces().environment(hostname);
    }

    @Override
    default boolean ownSession() {
        return true;
    }

    @Override
    default void prepare(TaskDirectory directory) {
        namespaces().prepare(directory);
    }

    @Override
    default void kill(Roots roots) {
        roots.kill();
    }
}
