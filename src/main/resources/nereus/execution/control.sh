# The plain channel: one request after another. Beside a terminal launcher it carries the command's stderr, kills the run by its tag
# and ends the launcher; by itself it does what is to be done with files. See docs/execution.md.
# $1: the tag of the runner's launchers; $2: seconds without a byte after which it takes the other side for dead.
exec 9>&2 2>/dev/null
ulimit -x "$1" || { printf 'REFUSED the limit of file locks cannot be set to %s\n' "$1"; exit 1; }
own=$1 wait=$2 launcher= tag= killed=
# Lengths are counted in bytes; what an image sets for its own programs must not change ours.
export LC_ALL=C; unset TAR_OPTIONS POSIXLY_CORRECT; umask 022
#include tags.sh
# answer STATUS [TEXT]: the last frame of an answer; part TEXT: one that others follow.
answer() { printf '%s %s %s\n%s' "$id" "$1" "${#2}" "$2"; }
part() { printf '%s + %s\n%s' "$id" "${#1}" "$1"; }
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
ping) answer 0;;
mind) field launcher && field tag; answer $?;;
krun) killed=1; kill_tags "$tag" "$tag"; answer $?;;
end) finish; answer 0; exit 0;;
# The run is over, and others may use this channel.
done) finish; tag= killed=; answer 0;;
# What few channels need comes over the channel: all of this travels in a URL, and proxies take 8 KiB.
learn) field x && eval "$x"; answer $?;;
# Guard against a working directory that was deleted and made anew while this waited: names begin in the new one.
rm|sweep|put|ls|get) [ . -ef "$PWD" ] || cd "$PWD"; field mark && "do_$op" || exit 1;;
*) exit 2;;
esac
done
# End of input is a wanted end; silence is not: then nobody looks after the run any more.
[ $e -gt 128 ] && [ -n "$tag" ] && killed=1
finish
exit 0
