package nereus.runner;

/** Why a runner is no longer its claimer's. */
public enum Ending {
    /** Given back. */
    RETURNED,
    /** Nobody used it for its inactivity timeout. */
    INACTIVE,
    /** It was claimed for as long as any claim may last. */
    OUTLIVED,
    /** Nomad killed its allocation for memory. */
    OUT_OF_MEMORY,
    /** Its environment has another definition now, and nothing ran in it. */
    REPLACED,
    /** Its allocation stopped, failed, was lost or was replaced, or its job is gone. */
    STOPPED
}
