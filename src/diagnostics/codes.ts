// What does each diagnostic code mean? One row per code: add a row here before using a new code.

/** Title of each code, as the documentation and SARIF name it; sorted by number. */
export const codes = {
  FW100: 'YAML that cannot be read',
  FW101: 'The same key twice in one map',
  FW102: 'YAML aliases without anchor, in a circle, or too many',
  FW103: 'Not a Kubernetes object: apiVersion, kind or metadata is missing',
  FW105: 'A kind or apiVersion that is almost a known one',
  FW106: 'Unknown field',
  FW107: 'A field that the API server refuses',
  FW108: 'The same object twice',
  FW109: 'A form that upstream has removed',
  FW110: 'A site that is not as expected',
  FW111: 'More than one Site',
  FW120: 'An object is in a namespace that nothing creates',
  FW130: 'The API server refuses an object',

  FW201: 'An address or range that cannot be read as written',
  FW202: 'Address ranges overlap',
  FW203: 'A machine outside the LAN',
  FW204: 'A name or address is used twice',
  FW205: 'The pod range is too small for the nodes',
  FW206: 'The address of the DNS Service is outside the Service range',
  FW210: 'A pool holds an address that belongs to a machine',
  FW211: 'A pool holds addresses outside the LAN',
  FW212: 'A pool hands out nothing, because it overlaps another',
  FW213: 'A pool that cannot be read as written',
  FW214: 'Every address of a pool is taken',

  FW301: 'A Service selects no pods',
  FW302: 'A Service port leads to a port that no container declares',

  FW401: 'Two routes ask for the same host and path',
  FW402: 'A route leads to a Service that does not exist',
  FW403: 'A route leads to a port that the Service does not have',
  FW404: 'A route leads to a Service without ready endpoints',
  FW405: 'A host that is no host name',
  FW406: 'A path that cannot be served',
  FW407: 'A resource backend, which the class does not serve',
  FW408: 'An Ingress without an ingress class that exists',
  FW409: 'More than one default ingress class',
  FW410: 'An annotation that is not honoured yet',
  FW411: 'An annotation that asks for a protection that is not honoured yet',
  FW412: 'An annotation with raw proxy configuration',
  FW413: 'An annotation with a value that cannot be read',
  FW420: 'The Secret of a certificate does not exist',
  FW421: 'A Secret holds no usable certificate',
  FW422: 'A certificate does not cover the host',
  FW430: 'A listener of a Gateway is not accepted',
  FW431: 'A Gateway does not take the route',
  FW432: 'A route uses a feature that is not supported',
  FW433: 'A route names something that does not resolve',
  FW440: 'NGINX refuses a configuration',

  FW901: 'A setting that does nothing',
  FW902: 'A setting that ingress-nginx does not know',
  FW903: 'A setting with a value that cannot be read',
  FW904: 'A setting that is not honoured yet',
  FW910: 'cilium-config holds a key that does nothing',
} as const satisfies Readonly<Record<`FW${number}`, string>>

/** The title of a code, or the code itself when it has no row. */
export function titleOf(code: string): string {
  return Object.hasOwn(codes, code) ? codes[code as keyof typeof codes] : code
}
