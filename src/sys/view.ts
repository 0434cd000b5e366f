// How a program sees its own host name and its own files in place of the machine's, while nobody else does.

/** Debian's bundle of trusted certificates; curl, wget, Go and most others read it. */
export const trustedCertificates = '/etc/ssl/certs/ca-certificates.crt'

export interface View {
  readonly hostname: string
  /** Each target must exist as a file (or as a directory, when the source is one). */
  readonly binds: readonly { readonly source: string; readonly target: string }[]
}

/**
 * Binds pairs of paths up to a `--`, then becomes the program. Everything comes as an argument and is never part of
 * the script's text. The mounts live in a mount namespace that ends with the program.
 */
const script = `set -e
hostname -- "$1"
shift
while [ "$1" != -- ]; do
  mount --bind -- "$1" "$2"
  shift 2
done
shift
exec "$@"`

/** Libraries that read no bundle by themselves: OpenSSL's tools, Python, Node. */
const trustVariables = [`SSL_CERT_FILE=${trustedCertificates}`, `NODE_EXTRA_CA_CERTS=${trustedCertificates}`]

/** The arguments that run `argv` with the view. Needs the right to mount: root, or root of a user namespace. */
export function commandWithView(view: View, argv: readonly string[]): readonly string[] {
  const binds = view.binds.flatMap(({ source, target }) => [source, target])
  const trust = view.binds.some(bind => bind.target === trustedCertificates) ? ['env', ...trustVariables] : []
  return [
    'unshare',
    '--mount',
    '--uts',
    '--',
    'sh',
    '-c',
    script,
    'sh',
    view.hostname,
    ...binds,
    '--',
    ...trust,
    ...argv,
  ]
}
