# Kills the tasks of an agent that was killed itself. Reads "+ MARK UID" and "- MARK UID" lines (UID is - if the task has none of
# its own) until the agent's end of the pipe is gone.
tasks=' '
while read -r sign mark uid; do
    if [ "$sign" = + ]; then
        tasks="$tasks$mark/$uid "
    else
        tasks="${tasks%% "$mark/$uid" *} ${tasks#* "$mark/$uid" }"
    fi
done
round=0
while [ "$round" -lt 50 ]; do
    found=
    for task in $tasks; do
        mark=${task%/*}
        uid=${task#*/}
        if [ "$uid" != - ]; then
            setpriv --reuid="$uid" --regid="$uid" --clear-groups /bin/sh -c 'kill -KILL -1' 2>/dev/null
        fi
        for file in $(grep -lsxzF "NOMAD_ALLOC_ID=$mark" /proc/[0-9]*/environ); do
            process=${file#/proc/}
            kill -KILL "${process%/environ}" 2>/dev/null && found=yes
        done
    done
    [ -n "$found" ] || exit 0
    round=$((round + 1))
done
