# Runs one command on the terminal it stands on, and stays its parent. See docs/execution.md.
# $1: the tag of the runner's launchers; $2: the unprivileged user; $3: seconds without a line after which it ends by itself.
# Names begin with nereus_ because a variable that the image exports keeps being exported when it is assigned.
exec 2>/dev/null
trap : INT QUIT TSTP HUP TERM
nereus_modes=$(stty -g)
ulimit -x "$1" || { printf 'REFUSED the limit of file locks cannot be set to %s\n' "$1"; exit 1; }
# How to become that user.
nereus_look() { nereus_way=missing
if [ "$EUID" != 0 ]; then nereus_way=self; return; fi
while IFS=: read -r nereus_name nereus_x nereus_uid nereus_gid nereus_x nereus_home nereus_x; do [ "$nereus_name" = "$1" ] && break; done </etc/passwd
[ "$nereus_name" = "$1" ] || return
if setpriv --reuid="$nereus_uid" --regid="$nereus_gid" --init-groups true </dev/null >/dev/null; then nereus_way=setpriv
elif [ -x /sbin/setuser ]; then nereus_way=setuser
else nereus_way=unswitchable; fi; }
nereus_look "$2"
stty raw -echo
printf 'READY %s %s\n' $$ $nereus_way
# Waits for the header; an empty line is a heartbeat and answered with one, a line of one word sends an unused launcher away.
while IFS=' ' read -r -t "$3" nereus_nonce nereus_as nereus_err nereus_tag nereus_by nereus_count; do
[ -n "$nereus_count" ] && break
[ -n "$nereus_nonce" ] && exit 0
echo
done
[ -n "$nereus_count" ] || exit 1
nereus_env=()
while [ "$nereus_count" -gt 0 ]; do
IFS= read -r -t "$3" nereus_x || exit 1
printf -v nereus_x %b "$nereus_x"
nereus_env+=("$nereus_x")
nereus_count=$((nereus_count-1))
done
IFS= read -r -t "$3" nereus_command || exit 1
printf -v nereus_command %b "$nereus_command"
exec 8>"$nereus_err" || exit 1
# Guard against a working directory that was deleted and made anew while this waited.
[ . -ef "$PWD" ] || { cd "$PWD" && unset OLDPWD; }
# Guard against a user that a privileged command has made while this waited.
[ $nereus_way = missing ] && nereus_look "$2"
unset -f nereus_look
export SHLVL=0
unset ${!NOMAD_@}
# What other processes are needed for is begun at once and waited for below; in the background 0 would not be the terminal.
exec 5<&0
stty "$nereus_modes" <&5 &
nereus_begun=$! nereus_own=()
set -- "$2"
if [ "$nereus_as" = user ]; then
case $nereus_way in
setpriv|setuser) chown "$nereus_uid" /proc/self/fd/5 /proc/self/fd/8 &
nereus_begun="$nereus_begun $!" nereus_own=(HOME="$nereus_home" USER="$1")
esac
case $nereus_way in
setpriv) set -- setpriv --reuid="$nereus_uid" --regid="$nereus_gid" --init-groups;;
setuser) set -- /sbin/setuser "$1";;
*) set --;;
esac
else set --; fi
# The request's variables are data: no program of ours, let alone one of root's, runs with them. Without any, env is not needed.
nereus_own+=("${nereus_env[@]}" CODEOCEAN=true)
[ ${#nereus_env[@]} = 0 ] && [ "$nereus_way" != setuser ] || set -- "$@" env "${nereus_own[@]}"
# One argument may have 128 KiB, so a longer command comes through a pipe.
if [ "$nereus_by" = pipe ]; then set -- "$@" /bin/bash -c 'eval "$(exec cat <&7)" 7<&-'
else set -- "$@" /bin/bash -c "$nereus_command"; fi
# The named pipe that shows that a command runs. A helper waits at it and removes it, for at the end there may be no room left to fork.
nereus_fifo=/tmp/stderr_$nereus_tag.fifo nereus_helper=
if mkfifo -m 600 "$nereus_fifo"; then
( trap '' INT QUIT TSTP HUP TERM; exec 5<&- 8>&- </dev/null >/dev/null; read -r nereus_x <"$nereus_fifo"; exec rm -f "$nereus_fifo" ) &
nereus_helper=$!
exec 6<>"$nereus_fifo"
fi
wait $nereus_begun
exec 5<&-
printf '\e]%s;S\a' "$nereus_nonce"
# The tag comes before anything of the command runs: what is killed by it includes all that the command starts.
( ulimit -x "$nereus_tag"; echo 1000 >/proc/self/oom_score_adj
[ "$nereus_by" = pipe ] && exec 7< <(exec 6>&- 8>&-; printf %s "$nereus_command")
[ ${#nereus_env[@]} = 0 ] && export "${nereus_own[@]}"
exec "$@" 2>&8 8>&- 6>&- )
nereus_code=$?
trap '' TTOU
[ -n "$nereus_helper" ] && echo >&6
printf '\e]%s;%d\a' "$nereus_nonce" $nereus_code >&8
[ -n "$nereus_helper" ] && wait $nereus_helper
printf '\e]%s;%d\a' "$nereus_nonce" $nereus_code
# Nothing exits before the other side has both marks: it is killed through the control channel then.
while :; do kill -STOP $$; done
