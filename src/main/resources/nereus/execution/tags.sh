# Common to control and guard: builtins only, so that it works where no process can be started any more.
# tag_of PID: the hard limit of file locks of that process in $t; fails when there is none or no such process.
tag_of() { local l=(); t=
mapfile -t -s 11 -n 1 l <"/proc/$1/limits" || return 1
set -- ${l[0]}
case $5 in ''|*[!0-9]*) return 1;; esac
t=$5; }
# state_of PID: its state letter in $z, empty when it is gone.
state_of() { local a b _; z=
while read -r a b _; do [ "$a" = State: ] && { z=$b; return; }; done <"/proc/$1/status"; }
# kill_tags LEAST MOST: kills all processes with those tags but this one; fails when some remain after 5 seconds.
kill_tags() { local q s n; SECONDS=0
while [ $SECONDS -lt 5 ]; do n=0
for s in STOP KILL; do for q in /proc/[0-9]*; do q=${q#/proc/}
[ "$q" = $$ ] && continue
tag_of "$q" && [ "$t" -ge "$1" ] && [ "$t" -le "$2" ] || continue
state_of "$q"
case $z in ''|X) continue;; esac
kill -$s "$q"
[ "$z" = Z ] || n=1
done; done
[ $n = 0 ] && return 0
done
return 1; }
