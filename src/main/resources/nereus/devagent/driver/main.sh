# Becomes a task's main process. Arguments: its directory, then the command. Tells on stderr that it is READY, or why not.
umask 022
cd "$1" || exit 125
shift
reason=$(complaint "$1")
if [ -n "$reason" ]; then
    printf 'unable to start container process: %s\n' "$reason" >&2
    exit 127
fi
echo READY >&2
exec "$@" >/dev/null 2>&1 3>&-
