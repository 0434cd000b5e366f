// How is this machine's own file system kept from the programs of a container that has no root of its own?

/**
 * Two parts of a shell script for a fresh mount namespace. What the first finds mounted from disks becomes read-only with the
 * second; what is bound in between, and file systems in memory, stay as they are. It keeps an accident from reaching the machine,
 * as when a command meant for a pod cleans up; it does not hold somebody who is root there and wants out.
 */
export const findDisks = `
disks=/
while read -r _ target type _; do
  case $target:$type in
  /:*) ;;
  *:ext[234] | *:xfs | *:btrfs | *:zfs | *:f2fs | *:bcachefs | *:9p | *:virtiofs | *:fuse* | *:nfs*) disks="$disks $target" ;;
  esac
done </proc/self/mounts
`
export const makeDisksReadOnly = `
for disk in $disks; do mount -o remount,bind,ro "$disk" 2>/dev/null || true; done
`
