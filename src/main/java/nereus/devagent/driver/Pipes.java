package nereus.devagent.driver;

/**
 * The three pipes of a process: our ends, which do not block, and the numbers of the process's ends, which are closed here as soon
 * as it has them.
 */
record Pipes(Descriptor input, Descriptor output, Descriptor error, int theirInput, int theirOutput, int theirError) {
    /**
     * Opens three pipes.
     *
     * @param owner the user id they belong to, or -1
     */
    static Pipes open(int owner) {
        int[] in = Libc.pipe();
        int[] out = Libc.pipe();
        int[] err = Libc.pipe();
        if (owner >= 0) {
            Libc.changeOwner(in[0], owner, -1);
            Libc.changeOwner(out[0], owner, -1);
            Libc.changeOwner(err[0], owner, -1);
        }
        return new Pipes(ours(in[1]), ours(out[0]), ours(err[0]), in[0], out[1], err[1]);
    }

    static Descriptor ours(int fd) {
        Libc.nonBlocking(fd);
        return new Descriptor(fd);
    }

    void closeTheirs() {
        Libc.close(theirInput);
        Libc.close(theirOutput);
        Libc.close(theirError);
    }

    void closeOurs() {
        input.close();
        output.close();
        error.close();
    }
}
