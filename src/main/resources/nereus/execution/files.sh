# The operations on files, which a control learns when it is to carry some. What an operation starts carries its tag, $mark. One that fails as a whole, so that nobody can say how much
# of its answer was written or of its input read, ends the control.
# become USER: in the array by, how a program runs as that user where that can be done; an empty name changes nothing. What was found out once holds.
whose= way=()
become() { local name= uid gid x
by=(); [ -n "$1" ] && [ "$EUID" = 0 ] || return 0
if [ "$whose" != "$1" ]; then
way=()
while IFS=: read -r name x uid gid x; do [ "$name" = "$1" ] && break; done </etc/passwd
if [ "$name" = "$1" ]; then
way=(setpriv --reuid="$uid" --regid="$gid" --init-groups)
"${way[@]}" true </dev/null >/dev/null 9>&- || { [ -x /sbin/setuser ] && way=(/sbin/setuser "$1"); } || way=()
fi
[ ${#way[@]} = 0 ] || whose=$1
fi
by=("${way[@]}"); }
# list PATH all|one RECORDS PARTS: seven fields for each file, in base64, for a shell cannot hold a NUL; then the status of find. Only find
# is that user's: nothing of his ever holds what this channel says.
list() { local x n=$4 a=(-maxdepth 0)
[ -d "$1" ] && [ ! -L "$1" ] && { a=(-mindepth 1 -name '.*' -prune -o); [ "$2" = all ] || a=(-maxdepth 1 "${a[@]}"); }
"${by[@]}" find "$1" "${a[@]}" -printf '%M\0%s\0%T@\0%u\0%g\0%l\0%P\0' | head -zn $(($3 * 7)) | while [ $((n--)) -gt 0 ] && x=$(head -c 98304 | base64 -w 0) && [ -n "$x" ]; do part "$x"; [ ${#x} = 131072 ] || break; done
answer ${PIPESTATUS[0]}; }
# send PATH: says how long the file is, waits for a word, and sends it when that is "go"; at last, how many bytes of it were missing.
send() { local l n x= a b z=0
[ -f "$1" ] && exec 3<"$1" && [ -f /proc/self/fd/3 ] && l=$(stat -L -c %s - <&3) || { answer 1; return; }
# What the kernel makes up while it is read has 0 or 4096 bytes by name, whatever it holds: what seems short is read before.
if [ "$l" -le 4096 ]; then
x=$(head -c 1048577 <&3 | base64 -w 0; exit ${PIPESTATUS[0]}) || { answer 1; return; }
n=$((${#x} / 4 * 3)); case $x in *==) n=$((n - 2));; *=) n=$((n - 1));; esac
if [ $n -le 1048576 ]; then l=$n; elif [ "$l" = 0 ]; then answer 2; return; fi
fi
part "$l"
while IFS= read -r -t "$wait" -d '' a && [ -z "$a" ]; do :; done
[ "$a" = go ] || { answer 3; return; }
printf '%s + %s\n' "$id" "$l"
if [ -n "$x" ]; then printf %s "$x" | base64 -d | head -c "$l"; n=$?
else head -c "$l" <&3; n=$?
while read -r a b; do [ "$a" = pos: ] && z=$((l - b)); done </proc/self/fdinfo/3
fi
[ $n = 0 ] && { [ $z = 0 ] || head -c $z /dev/zero; } && answer 0 $z; }
do_rm() { local n x a=()
field n || return
while [ $((n--)) -gt 0 ]; do field x || return; a+=("$x"); done
( ulimit -x "$mark" && exec rm -rf -- "${a[@]}" ) </dev/null >/dev/null 9>&-; answer $?; }
# Everything in the working directory but what begins with a dot.
do_sweep() { ( ulimit -x "$mark" && exec find . -mindepth 1 -maxdepth 1 ! -name '.*' -exec rm -rf -- {} + ) </dev/null >/dev/null 9>&-; answer $?; }
# A tar of that many bytes follows; all of them are read, whatever tar makes of it.
do_put() { local n x s
field n || return
x=$(exec 9>&-; ulimit -x "$mark" || exit 255
head -c "$n" | { tar -xpPf - 2>&1 >/dev/null; s=$?; { [ $s != 0 ] || IFS= read -r -N 1 x; } && cat >/dev/null; exit $s; } | { IFS= read -r -N 8000 x; printf %s "$x"; [ ${#x} -lt 8000 ] || cat >/dev/null; }
s=("${PIPESTATUS[@]}"); [ "${s[0]}" = 0 ] && exit "${s[1]}"; exit 255)
s=$?; [ $s -lt 128 ] && answer $s "$x"; }
do_ls() { local user path depth n parts by
field user && field path && field depth && field n && field parts || return
become "$user"
( ulimit -x "$mark" && list "$path" "$depth" "$n" "$parts" ) </dev/null 9>&-; }
do_get() { local user path by
field user && field path || return
become "$user"
( ulimit -x "$mark" || exit
[ ${#by[@]} = 0 ] && { send "$path"; exit; }
export id wait
exec "${by[@]}" /bin/bash -c "$(declare -f answer part send)"'; send "$1"' nereus "$path" ) 9>&-; }
