# One per runner: when its heartbeat stops, it kills what we have started there. See docs/execution.md.
# $1, $2: least and most tag of the runner; $3: the guard's own; $4: seconds of silence; $5: "again" when it takes another guard's place.
exec 2>/dev/null
#include tags.sh
[ "$5" = again ] && kill_tags "$3" "$3"
ulimit -x "$3" || { printf 'REFUSED the limit of file locks cannot be set to %s\n' "$3"; exit 1; }
printf 'READY %s\n' $$
# Guard against one that was opened in vain, and is not heard of: who was never told that we live does not miss it.
read -r -t "$4" x || exit 0
e=200
while [ "$x" != kill ]; do read -r -t "$4" x || { e=$?; break; }; done
[ $e -gt 128 ] || exit 0
kill_tags "$1" "$2"
# Those who would have removed their named pipes were killed.
for q in /tmp/stderr_*.fifo; do t=${q#/tmp/stderr_}; t=${t%.fifo}
case $t in ''|*[!0-9]*) continue;; esac
[ "$t" -ge "$1" ] && [ "$t" -le "$2" ] && rm -f "$q"
done
exit 0
