// Why does `nslookup kubernetes.default` find the Service in a busybox container?

/**
 * busybox up to 1.28, for which the runbooks were written, followed resolv.conf. Later ones ask for a name with a dot in it only as it
 * stands, whatever `search` and `ndots` say, so that the usual check of a cluster's DNS answers NXDOMAIN everywhere
 * (https://github.com/docker-library/busybox/issues/48). Here the name is completed as every other program of the container
 * completes it, and busybox does the asking.
 */

const appletName = 'nslookup'
/** Of the same length, and at the same place in the sorted table of applets. */
const movedName = 'nslook-1'

/**
 * busybox's shell prefers its own applets to any file, so the applet has to give its name away before a script can have it.
 * Undefined when the program has no such table, or no such applet.
 */
export function withoutNslookup(busybox: Buffer): Buffer | undefined {
  const entry = Buffer.from(`\0${appletName}\0`)
  const at = busybox.indexOf(entry)
  if (at < 0 || busybox.includes(entry, at + 1)) return undefined
  const changed = Buffer.from(busybox)
  changed.write(movedName, at + 1, 'latin1')
  return changed
}

/** `nslookup [OPTION...] HOST [SERVER]`; no HOST means that names are typed in, which busybox does alone. */
export const nslookupScript = `#!/bin/sh
set -f
options=''
while case \${1-} in -*) true ;; *) false ;; esac; do
  options="$options $1"
  shift
done
host=\${1-} server=\${2-}
ask() { /bin/busybox ${movedName} $options \${1:+"$1"} \${server:+"$server"}; }
search='' ndots=1
while read -r word rest; do
  case $word in
  search | domain) search=$rest ;;
  options) for option in $rest; do case $option in ndots:*) ndots=\${option#ndots:} ;; esac; done ;;
  esac
done </etc/resolv.conf
case $host in
'' | *. | *:*) search='' ;;
*[!0-9.]*) [ "$(printf %s "$host" | tr -cd . | wc -c)" -lt "$ndots" ] || search='' ;;
*) search='' ;;
esac
for suffix in $search; do
  answer=$(ask "$host.$suffix" 2>/dev/null) && printf '%s\\n\\n' "$answer" && exit
done
ask "$host"
`
