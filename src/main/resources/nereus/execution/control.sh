# Beside a terminal launcher: carries the command's stderr, kills the run by its tag, ends the launcher. See docs/execution.md.
# $1: the tag of the runner's launchers; $2: seconds without a byte after which it takes the other side for dead.
exec 9>&2 2>/dev/null
ulimit -x "$1" || { printf 'REFUSED the limit of file locks cannot be set to %s\n' "$1"; exit 1; }
own=$1 wait=$2 launcher= tag= killed=
#include tags.sh
field() { IFS= read -r -t "$wait" -d '' "$1"; }
# The pid may have been given to another process meanwhile: only what carries the launchers' tag is killed.
finish() { [ -n "$launcher" ] && tag_of "$launcher" && [ "$t" = "$own" ] && kill -KILL "$launcher"
launcher=
# Guard against the launcher having been between its fork and the tag when the run was killed.
[ -n "$killed" ] && kill_tags "$tag" "$tag"; }
printf 'READY %s\n' $$
while field op || { e=$?; false; }; do
[ -n "$op" ] || continue
field id || { e=$?; break; }
case $op in
ping) s=0;;
mind) field launcher && field tag; s=$?;;
krun) killed=1; kill_tags "$tag" "$tag"; s=$?;;
end) finish; printf '%s 0\n' "$id"; exit 0;;
*) exit 2;;
esac
printf '%s %s\n' "$id" $s
done
# End of input is a wanted end; silence is not: then nobody looks after the run any more.
[ $e -gt 128 ] && [ -n "$tag" ] && killed=1
finish
exit 0
