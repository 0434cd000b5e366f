// Which field number means which field: the table that scripts/generate-protobuf.ts writes.
import messages from './generated/messages.json' with { type: 'json' }

/** Name, whether it repeats, and a scalar (`string`, `integer`, `boolean`, `bytes`, `double`) or the name of a message. */
export type FieldType = readonly [name: string, cardinality: 'one' | 'list', type: string]

export type MessageTable = Readonly<Record<string, Readonly<Record<string, FieldType>>>>

export const messageTable = messages as unknown as MessageTable
