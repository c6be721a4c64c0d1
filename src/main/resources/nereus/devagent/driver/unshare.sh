# First process of a task's namespaces, made by unshare: builds the task's view of the files, runs the main process and collects
# orphans until it ends. Arguments: hostname, root directory, fstab, whether the network is its own, capabilities, main.sh's text,
# then main.sh's arguments.
set -e
read -r pid rest </proc/self/stat
printf '"child-pid": %s,\n' "$pid" >&2
hostname=$1
root=$2
fstab=$3
network=$4
capabilities=$5
main=$6
shift 6
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
setpriv --bounding-set "$capabilities" -- /bin/sh -c "$main" main "$@"
exit $?
