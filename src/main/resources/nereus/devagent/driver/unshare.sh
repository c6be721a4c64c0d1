# First process of a task's namespaces, made by unshare: builds the task's view of the files, runs the main process and collects
# orphans until it ends. Arguments: hostname, root directory, fstab, whether the network is its own, capabilities, the path of
# setpriv, main.sh's text, then main.sh's arguments.
set -e
read -r pid rest </proc/self/stat
printf '"child-pid": %s,\n' "$pid" >&2
# The task may have a PATH of its own.
task_path=$PATH
PATH=/usr/sbin:/usr/bin:/sbin:/bin
hostname=$1
root=$2
fstab=$3
network=$4
capabilities=$5
setpriv=$6
main=$7
shift 7
{ echo "$hostname" >/proc/sys/kernel/hostname; } 2>/dev/null || :
if [ "$network" = own ]; then
    ip link set lo up
fi
mount -a -T "$fstab" >&2
cd "$root"
pivot_root . .old
cd /
umount -l /.old
rmdir /.old
set +e
PATH=$task_path
"$setpriv" --bounding-set "$capabilities" -- /bin/sh -c "$main" main "$@"
exit $?
