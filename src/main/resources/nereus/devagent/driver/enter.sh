# Runs a further program in a task. Arguments: fork or exec, terminal or pipes, its directory, the path of setsid, then the
# command.
#
# fork: this shell stands outside the task's process namespace and waits; it never tells of signals on the program's stderr.
# exec: it becomes the program. Either way the program leads a session of its own, on a terminal with that as its own terminal.
umask 022
how=$1
channel=$2
cd "$3" || cd /
setsid=$4
shift 4
reason=$(complaint "$1")
if [ -n "$reason" ]; then
    text="OCI runtime exec failed: exec failed: unable to start container process: $reason"
    if [ "$channel" = terminal ]; then
        printf '%s\n' "$text"
    else
        printf '%s\r\n' "$text"
    fi
    exit 126
fi
if [ "$channel" = terminal ]; then
    set -- -c -- "$@"
else
    set -- -- "$@"
fi
if [ "$how" = exec ]; then
    exec "$setsid" "$@"
fi
exec 8>&2 2>/dev/null
# In parentheses, since a shell may tell of a signal where the command's own stderr goes.
(exec "$setsid" "$@" 2>&8 8>&-)
exit $?
