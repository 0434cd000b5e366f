// Whether a text has the form that a schema's `format` names. Unknown formats accept everything, as in the API server.
import { parseAddress } from '../../net/address.ts'
import { parseCidr } from '../../net/cidr.ts'

type FormatCheck = (text: string) => boolean

const number = String.raw`[+-]?(\d+(\.\d*)?|\.\d+)`
const quantityPattern = new RegExp(`^${number}([KMGTPE]i|[numkMGTPE]|[eE][+-]?\\d+)?$`)
const dateTimePattern = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/
const base64Pattern = /^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/
const hostnamePattern = /^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$/

export const formatChecks: Readonly<Record<string, FormatCheck>> = {
  'date-time': text => dateTimePattern.test(text) && !Number.isNaN(Date.parse(text)),
  datetime: text => dateTimePattern.test(text) && !Number.isNaN(Date.parse(text)),
  date: text => /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text)),
  duration: text => goDurationPattern.test(text),
  byte: text => base64Pattern.test(text.replaceAll(/[\r\n]/g, '')),
  cidr: text => parseCidr(text) !== undefined,
  ipv4: text => !text.includes(':') && parseAddress(text) !== undefined,
  ipv6: text => text.includes(':') && parseAddress(text) !== undefined,
  hostname: text => text.length <= 253 && hostnamePattern.test(text),
  email: text => /^[^\s@]+@[^\s@]+$/.test(text),
  mac: text => /^([0-9a-fA-F]{2}[:-]){5}[0-9a-fA-F]{2}$/.test(text),
  uuid: text => /^[0-9a-fA-F]{8}(-?[0-9a-fA-F]{4}){3}-?[0-9a-fA-F]{12}$/.test(text),
  uri: text => /^[A-Za-z][A-Za-z0-9+.-]*:/.test(text) || text.startsWith('/'),
}

const goDurationPattern = /^[+-]?(\d+(\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)((\d+(\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h))*$|^0$/

/** Amounts of cpu, memory and the like: `100m`, `1.5`, `128Mi`, `1e3`. */
export function isQuantity(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value)
  return typeof value === 'string' && quantityPattern.test(value)
}

/** Inclusive bounds of the integer formats. */
export const integerBounds: Readonly<Record<string, readonly [number, number]>> = {
  int32: [-2147483648, 2147483647],
  int64: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
}
