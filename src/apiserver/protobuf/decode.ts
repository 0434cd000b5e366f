// Reads the protobuf form of Kubernetes objects, in which kubectl sends what it creates itself, into their JSON form.
import { ApiError } from '../../objects/api-error.ts'
import { badRequest } from '../rest/errors.ts'
import { type FieldType, messageTable } from './message-table.ts'
import { meansSomethingWhenZero } from './optional-fields.ts'
import { readFields, type WireValue } from './wire.ts'

export const protobufType = 'application/vnd.kubernetes.protobuf'

/** Every body starts so: "k8s" and a zero byte, then a runtime.Unknown. */
const magic = Buffer.from([0x6b, 0x38, 0x73, 0x00])

/** Throws 400 for bytes that are no such object, 415 for a kind whose fields are not known here. */
export function decodeObject(body: Uint8Array): object {
  if (!Buffer.from(body.subarray(0, magic.length)).equals(magic)) {
    throw badRequest('the body is no Kubernetes protobuf: it does not begin with "k8s\\0"')
  }
  try {
    const unknown = unwrap(body.subarray(magic.length))
    const message = messageName(unknown)
    return { apiVersion: unknown.apiVersion, kind: unknown.kind, ...readMessage(message, unknown.raw) }
  } catch (error) {
    if (error instanceof RangeError) throw badRequest(error.message)
    throw error
  }
}

interface Unknown {
  readonly apiVersion: string
  readonly kind: string
  readonly raw: Uint8Array
}

/** runtime.Unknown: typeMeta = 1 (apiVersion = 1, kind = 2), raw = 2. */
function unwrap(bytes: Uint8Array): Unknown {
  const fields = fieldMap(bytes)
  const type = fieldMap(bytesOf(fields.get(1)))
  return { apiVersion: textOf(type.get(1)), kind: textOf(type.get(2)), raw: bytesOf(fields.get(2)) }
}

const meta = 'k8s.io.apimachinery.pkg.apis.meta.v1'

function messageName({ apiVersion, kind }: Unknown): string {
  const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['core', apiVersion]
  // Groups are packages by their first word: `apps`, `networking` of networking.k8s.io.
  const name = kind === 'DeleteOptions' ? `${meta}.${kind}` : `k8s.io.api.${group?.split('.')[0]}.${version}.${kind}`
  if (messageTable[name] !== undefined) return name
  throw new ApiError(
    415,
    'UnsupportedMediaType',
    `${kind} in version ${JSON.stringify(apiVersion)} is not read as protobuf here; send it as application/json`,
  )
}

type Json = Record<string, unknown>

/** Embedded structs: their fields stand beside the others in JSON. */
const embedded = new Set([
  'volumeSource',
  'persistentVolumeSource',
  'localObjectReference',
  'handler',
  'ephemeralContainerCommon',
  'ingressRuleValue',
])

function readMessage(message: string, bytes: Uint8Array): Json {
  const fields = messageTable[message] ?? {}
  const result: Json = {}
  for (const { number, value } of readFields(bytes)) {
    const field = fields[number]
    // A newer client may send what this server does not know, like an unknown field in JSON.
    if (field === undefined) continue
    const [name, cardinality, type] = field
    if (type.endsWith('Entry') && cardinality === 'list') addMapEntry(result, field, bytesOf(value))
    else if (embedded.has(name) && messageTable[type] !== undefined)
      Object.assign(result, readMessage(type, bytesOf(value)))
    else {
      const read = readValue(type, value)
      if (cardinality === 'list') {
        const list = (result[name] ?? []) as unknown[]
        list.push(read)
        result[name] = list
      } else if (read !== undefined && (!isZero(read) || meansSomethingWhenZero(message, name))) result[name] = read
    }
  }
  return result
}

function isZero(value: unknown): boolean {
  return value === 0 || value === '' || value === false
}

/** Maps are lists of entries: key = 1, value = 2. */
function addMapEntry(result: Json, [name, , type]: FieldType, bytes: Uint8Array): void {
  const fields = fieldMap(bytes)
  const valueType = messageTable[type]?.['2']?.[2] ?? 'string'
  const value = fields.get(2)
  const map = Object.hasOwn(result, name) ? (result[name] as Json) : {}
  const read =
    value === undefined ? (valueType === 'string' || valueType === 'bytes' ? '' : {}) : readValue(valueType, value)
  // Defined, not assigned, so that a key named __proto__ stays data.
  Object.defineProperty(map, textOf(fields.get(1)), {
    value: read,
    enumerable: true,
    writable: true,
    configurable: true,
  })
  result[name] = map
}

function readValue(type: string, value: WireValue): unknown {
  const special = specials[type]
  if (special !== undefined) return special(bytesOf(value))
  switch (type) {
    case 'string':
      return textOf(value)
    case 'bytes':
      return Buffer.from(bytesOf(value)).toString('base64')
    case 'boolean':
      return integerOf(value) !== 0
    case 'integer':
      return integerOf(value)
    case 'double':
      if (value.kind !== 'fixed64') throw new RangeError('protobuf: a double is not 8 bytes long')
      return Buffer.from(value.value).readDoubleLE()
    default:
      return readMessage(type, bytesOf(value))
  }
}

const resource = 'k8s.io.apimachinery.pkg.api.resource'
const runtime = 'k8s.io.apimachinery.pkg.runtime'
const intstr = 'k8s.io.apimachinery.pkg.util.intstr'

/** Messages that JSON writes as something simpler. */
const specials: Readonly<Record<string, (bytes: Uint8Array) => unknown>> = {
  [`${meta}.Time`]: bytes => time(bytes, 0),
  [`${meta}.MicroTime`]: bytes => time(bytes, 6),
  [`${resource}.Quantity`]: bytes => textOf(fieldMap(bytes).get(1)) || '0',
  [`${intstr}.IntOrString`]: bytes => {
    const fields = fieldMap(bytes)
    return integerOf(fields.get(1)) === 1 ? textOf(fields.get(3)) : integerOf(fields.get(2))
  },
  [`${runtime}.RawExtension`]: bytes => rawJson(bytes),
  [`${meta}.FieldsV1`]: bytes => rawJson(bytes),
  // A named list of strings; JSON has the list alone.
  'k8s.io.api.authentication.v1.ExtraValue': bytes => strings(bytes),
  'k8s.io.api.authorization.v1.ExtraValue': bytes => strings(bytes),
}

/** seconds = 1, nanos = 2; an empty message is a time that is not set. */
function time(bytes: Uint8Array, digits: 0 | 6): string | undefined {
  if (bytes.length === 0) return undefined
  const fields = fieldMap(bytes)
  const seconds = new Date(integerOf(fields.get(1)) * 1000).toISOString().slice(0, 19)
  if (digits === 0) return `${seconds}Z`
  const micros = Math.floor(integerOf(fields.get(2)) / 1000)
  return `${seconds}.${String(micros).padStart(digits, '0')}Z`
}

function rawJson(bytes: Uint8Array): unknown {
  const text = textOf(fieldMap(bytes).get(1))
  try {
    return text === '' ? undefined : JSON.parse(text)
  } catch (error) {
    throw badRequest(
      `protobuf: an embedded JSON value cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
}

function strings(bytes: Uint8Array): string[] {
  return [...readFields(bytes)].map(({ value }) => textOf(value))
}

function fieldMap(bytes: Uint8Array): ReadonlyMap<number, WireValue> {
  return new Map([...readFields(bytes)].map(({ number, value }) => [number, value]))
}

function bytesOf(value: WireValue | undefined): Uint8Array {
  if (value === undefined) return new Uint8Array()
  if (value.kind === 'varint') throw new RangeError('protobuf: a number where bytes belong')
  return value.value
}

function textOf(value: WireValue | undefined): string {
  return Buffer.from(bytesOf(value)).toString('utf8')
}

/** Negative numbers travel as 64-bit two's complement. */
function integerOf(value: WireValue | undefined): number {
  if (value === undefined) return 0
  if (value.kind !== 'varint') throw new RangeError('protobuf: bytes where a number belongs')
  return Number(BigInt.asIntN(64, value.value))
}
