// How is a container's view of the world built, from inside its fresh namespaces, before its program starts?

/**
 * Run by a static busybox as the first process of new mount, uts, ipc and pid namespaces. Everything that differs comes
 * as an argument and is only ever used quoted, so nothing a manifest says is read as script:
 *
 *   APPLETS ROOT BASE HOSTNAME WORKDIR (SOURCE TARGET ro|rw)… -- PROGRAM ARGUMENT…
 *
 * BASE `busybox` takes ROOT as it is; `host` lays it over the machine's own file system, so that its programs are there
 * and whatever is written stays in ROOT. On success the process's id in the parent's view is written to descriptor 3.
 * CONTAINER_PATH is the program's PATH; CONTAINER_TAKEN the rights that it does not get, empty for one without limits.
 */
export const setupScript = `
applets=$1 root=$2 base=$3 host=$4 workdir=$5
shift 5
PATH=$applets
fail() { echo "cannot set up the container: $1" >&2; exit 125; }
# LOWER UPPER WORK TARGET
lay() {
  mount -t overlay -o "lowerdir=$1,upperdir=$2,workdir=$3" overlay "$4" 2>/dev/null ||
  mount -t overlay -o "userxattr,lowerdir=$1,upperdir=$2,workdir=$3" overlay "$4" 2>/dev/null
}
# In a user namespace "/" cannot be a layer, because of the mounts below it that only the real root may take away.
lay_parts() {
  mount --bind "$root.view" "$root.view" || fail "$root.view cannot be mounted"
  for part in /*; do
    case $part in /proc | /dev | /sys | /run | /tmp | /mnt | /media) continue ;; esac
    if [ -L "$part" ]; then ln -s "$(readlink "$part")" "$root.view$part"
    elif [ -d "$part" ]; then
      mkdir -p "$root$part" "$root.work$part" "$root.view$part"
      # What holds a mount itself stays empty: none of it belongs to a tool box.
      lay "$part" "$root$part" "$root.work$part" "$root.view$part"
    fi
  done
  mkdir -m 1777 "$root.view/tmp"
  [ -x "$root.view/usr/bin/env" ] || fail "the kernel refuses an overlay of the machine's files"
}
# The old /proc still shows ids as the parent counts them.
read -r pid rest </proc/self/stat || fail "/proc is not readable"
hostname "$host" || fail "the host name $host is refused"
case $base in
host)
  mkdir -p "$root.work" "$root.view"
  lay / "$root" "$root.work" "$root.view" || lay_parts
  root=$root.view ;;
*)
  mount --bind "$root" "$root" || fail "$root cannot be mounted"
  mount --bind "$applets" "$root/bin" || fail "$applets cannot be mounted"
  mount -o remount,bind,ro "$root/bin" 2>/dev/null ;;
esac
mkdir -p "$root/proc" "$root/dev" "$root/sys" "$root/tmp" "$root/run"
mount -t proc -o nosuid,nodev,noexec proc "$root/proc" || fail "/proc cannot be mounted"
mount -t sysfs -o ro,nosuid,nodev,noexec sysfs "$root/sys" 2>/dev/null
# What of it is the whole machine's takes no orders from a container: being root there is enough to give them.
[ -z "$CONTAINER_TAKEN" ] || for part in sys sysrq-trigger irq bus fs; do
  [ -e "$root/proc/$part" ] || continue
  mount --bind "$root/proc/$part" "$root/proc/$part" && mount -o remount,bind,ro "$root/proc/$part" 2>/dev/null
done
mount -t tmpfs -o mode=755,size=1m dev "$root/dev" || fail "/dev cannot be mounted"
for device in null zero full random urandom tty; do
  : >"$root/dev/$device" && mount --bind "/dev/$device" "$root/dev/$device"
done
mkdir -p "$root/dev/pts" "$root/dev/shm"
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts "$root/dev/pts" 2>/dev/null
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
ln -s /proc/self/fd/0 "$root/dev/stdin"
ln -s /proc/self/fd/1 "$root/dev/stdout"
ln -s /proc/self/fd/2 "$root/dev/stderr"
mount -t tmpfs -o mode=1777,size=64m shm "$root/dev/shm"
while [ "$1" != -- ]; do
  if [ -d "$1" ]; then
    mkdir -p "$root$2"
  else
    mkdir -p "$root\${2%/*}"
    # A link at the place of the file would lead the mount outside.
    [ -f "$root$2" ] && [ ! -L "$root$2" ] || { rm -f "$root$2"; : >"$root$2"; }
  fi
  mount --bind "$1" "$root$2" || fail "$2 cannot be mounted"
  [ "$3" = ro ] && mount -o remount,bind,ro "$root$2" 2>/dev/null
  shift 3
done
shift
cd "$root" && mkdir -p .left && pivot_root . .left || fail "the root cannot be changed"
cd /
export PATH="$CONTAINER_PATH"
taken=$CONTAINER_TAKEN
unset CONTAINER_PATH CONTAINER_TAKEN
/bin/busybox umount -l /.left && /bin/busybox rmdir /.left 2>/dev/null
[ -d "$workdir" ] || /bin/busybox mkdir -p "$workdir"
cd "$workdir" || fail "the working directory $workdir is refused"
command -v "$1" >/dev/null || {
  echo "exec: \\"$1\\": executable file not found in \\$PATH" >&2
  exit 127
}
echo "$pid" >&3
exec 3>&-
[ -z "$taken" ] || set -- /bin/busybox setpriv --inh-caps="$taken" -- "$@"
exec "$@"
`

const findProgram = `
cd "$1" 2>/dev/null || cd /
shift
command -v "$1" >/dev/null || {
  echo "OCI runtime exec failed: exec failed: unable to start container process: exec: \\"$1\\": executable file not found in \\$PATH: unknown" >&2
  exit 127
}
`

/** Runs a program in place of the shell: WORKDIR PROGRAM ARGUMENT… What is not found is said as container runtimes say it. */
export const execScript = `${findProgram}
exec "$@"
`

/**
 * The same for a shell that stands in a container's namespaces but for that of processes, which only its children enter.
 * It gets Ctrl-C together with the program and must outlive it, to wait for it: a process without its parent would hold up
 * the end of the container. A caught signal is reset for children; an ignored one is not.
 */
export const enterScript = `${findProgram}
[ -z "$CONTAINER_TAKEN" ] || set -- /bin/busybox setpriv --inh-caps="$CONTAINER_TAKEN" -- "$@"
unset CONTAINER_TAKEN
trap : INT QUIT HUP TERM
(exec "$@")
exit $?
`

/** What process 1 does in a root that was made only to run programs in: it waits, and takes in orphans. */
export const idleScript = 'trap "exit 0" TERM; while :; do sleep 86400 & wait $!; done'
