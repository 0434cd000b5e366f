// What does NGINX in a pod see of the file system: this machine's programs, read-only, and the container's own files over them?
import { join } from 'node:path'
import { findDisks, makeDisksReadOnly } from '../../sys/read-only-machine.ts'
import type { Mount } from '../runtime.ts'

export interface NginxView {
  readonly hostname: string
  /** An empty folder, for what the script needs while it works. */
  readonly workshop: string
  /** In this order; a later one may lie inside an earlier one. */
  readonly mounts: readonly Mount[]
}

/** For the script: a place that is absolute and goes nowhere but down. */
const tidy = (path: string): string => join('/', path).replace(/(?<=.)\/$/, '')

/**
 * The arguments of a shell in a fresh mount namespace that makes the view and becomes the program. Everything that differs comes
 * as an argument and is never part of the script's text:
 *
 *   HOSTNAME WORKSHOP (SOURCE TARGET ro|rw)… -- PROGRAM ARGUMENT…
 */
export function inView(view: NginxView, program: readonly string[], { stays }: { readonly stays: boolean }) {
  const mounts = view.mounts.flatMap(({ source, target, readOnly }) => [source, tidy(target), readOnly ? 'ro' : 'rw'])
  const script = stays ? initScript : execScript
  return ['sh', '-c', script, 'sh', view.hostname, view.workshop, ...mounts, '--', ...program]
}

/**
 * A place that this machine has no folder or file for is not made on its disks: the nearest folder that exists is replaced by one
 * in memory that shows the same entries, and there it is made.
 */
const viewScript = `set -e
hostname -- "$1"
workshop=$2
shift 2
${findDisks}
mount -t tmpfs -o mode=755 view "$workshop"
cd "$workshop"
# FOLDER PLACE: the entries of the one in the other
show() {
  for entry in "\${1%/}"/* "\${1%/}"/.[!.]*; do
    shown=$2/\${entry##*/}
    if [ -L "$entry" ]; then
      cp -P -- "$entry" "$shown"
      continue
    elif [ -d "$entry" ]; then mkdir -- "$shown"
    elif [ -e "$entry" ]; then : >"$shown"
    else continue
    fi
    mount --rbind -- "$entry" "$shown"
    case $entry in /proc | /sys | /dev | /tmp) ;; *) disks="$disks $entry" ;; esac
  done
}
# Nothing can be mounted over the root; it is changed for another.
change_root() {
  mkdir root root/.left
  mount --bind root root
  show / root
  cd root
  pivot_root . .left
  umount -l .left
  rmdir .left
  cd "$workshop"
}
missing_at_the_top() {
  while [ "$1" != -- ]; do
    top=\${2#/}
    [ -e "/\${top%%/*}" ] || return 0
    shift 3
  done
  return 1
}
# By number, because what is mounted on the way may cover where they come from.
gather() {
  while [ "$1" != -- ]; do
    if [ -d "$1" ]; then mkdir "$count"; else : >"$count"; fi
    mount --bind -- "$1" "$count"
    count=$((count + 1))
    shift 3
  done
}
is_ours() (
  [ "$(stat -c %d .)" != "$(stat -c %d -- "$1")" ] || exit 0
  set -f
  IFS='
'
  for target in $mounted; do case $1/ in "$target"/*) exit 0 ;; esac; done
  exit 1
)
# TARGET: it can be made without a trace on this machine
make_room() {
  folder=\${1%/*}
  while ! [ -d "\${folder:-/}" ]; do folder=\${folder%/*}; done
  folder=\${folder:-/}
  is_ours "$folder" && return
  copies=$((copies + 1))
  mkdir "copy-$copies"
  show "$folder" "copy-$copies"
  mount --rbind -- "copy-$copies" "$folder"
}
if missing_at_the_top "$@"; then change_root; fi
count=0 copies=0 mounted=
gather "$@"
count=0
while [ "$1" != -- ]; do
  if ! [ -e "$2" ]; then
    make_room "$2"
    if [ -d "$count" ]; then mkdir -p -- "$2"
    else
      mkdir -p -- "\${2%/*}/"
      rm -f -- "$2"
      : >"$2"
    fi
  fi
  mount --bind -- "$count" "$2"
  [ "$3" = rw ] || mount -o remount,bind,ro -- "$2"
  mounted="$mounted
$2"
  count=$((count + 1))
  shift 3
done
shift
cd /
${makeDisksReadOnly}
`

/** As process 1 the shell stays: util-linux 2.38's `unshare --fork` cannot tell of which signal its child died, a shell can. */
const initScript = `${viewScript}"$@" || exit "$?"`
const execScript = `${viewScript}exec "$@"`
