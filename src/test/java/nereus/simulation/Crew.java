package nereus.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Stories that run one at a time, each until its next pause; who goes on is the caller's choice. So blocking code is interleaved at every
 * call to Nomad, and the same choices give the same history.
 */
final class Crew {
    /** Thrown in a story whose process has been killed; nothing that the story does from there on has an effect outside. */
    static final class Killed extends Error {
        private static final long serialVersionUID = 1L;

        Killed() {
            super("killed", null, false, false);
        }
    }

    /** One story. */
    static final class Member {
        final String name;
        final int process;
        private final Semaphore turn = new Semaphore(0);
        private BooleanSupplier ready = () -> true;
        private String at = "the beginning";
        private boolean over;
        private boolean killed;
        private @Nullable Throwable failure;

        private Member(String name, int process) {
            this.name = name;
            this.process = process;
        }

        @Override
        public String toString() {
            return name + " at " + at;
        }
    }

    private final Semaphore back = new Semaphore(0);
    private final List<Member> members = new ArrayList<>();
    private @Nullable Member current;

    void begin(String name, int process, Runnable story) {
        Member member = new Member(name, process);
        members.add(member);
        Thread.ofVirtual().name(name).start(() -> {
            member.turn.acquireUninterruptibly();
            try {
                if (!member.killed) {
                    story.run();
                }
            } catch (Killed killed) {
                member.at = "its end, killed";
            } catch (Throwable failure) {
                member.failure = failure;
            } finally {
                member.over = true;
                back.release();
            }
        });
    }

    /** Called by a story: somebody else may go on. Returns when it is this story's turn again. */
    void pause(String at) {
        pause(at, () -> true);
    }

    /** As {@link #pause(String)}, but not before {@code ready}. */
    void pause(String at, BooleanSupplier ready) {
        Member member = java.util.Objects.requireNonNull(current, "no story");
        if (member.killed) {
            throw new Killed();
        }
        member.at = at;
        member.ready = ready;
        back.release();
        member.turn.acquireUninterruptibly();
        if (member.killed) {
            throw new Killed();
        }
    }

    /** Whether the story that runs now has been killed. */
    boolean killed() {
        return current != null && current.killed;
    }

    /** Those that can go on now, in the order in which they began. */
    List<Member> ready() {
        return members.stream().filter(member -> member.ready.getAsBoolean()).toList();
    }

    List<Member> all() {
        return List.copyOf(members);
    }

    /** Lets one go on to its next pause, or its end. */
    void step(Member member) {
        current = member;
        member.turn.release();
        back.acquireUninterruptibly();
        current = null;
        if (member.over) {
            members.remove(member);
        }
        Throwable failure = member.failure;
        if (failure instanceof Violation violation) {
            throw violation;
        }
        if (failure != null) {
            throw new AssertionError(member.name + " failed: " + failure, failure);
        }
    }

    /** Where the stories of a process stand. */
    List<String> places(int process) {
        return members.stream().filter(member -> member.process == process).map(member -> member.at).toList();
    }

    /** Ends all stories of a process where they stand. */
    void kill(int process) {
        for (Member member : List.copyOf(members)) {
            if (member.process == process) {
                member.killed = true;
                step(member);
            }
        }
    }
}
