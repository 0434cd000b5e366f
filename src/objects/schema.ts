// What shape does an object have? The types, checks and defaults of schemas, for the rooms below.
export { type CheckOptions, checkSchema } from './schema/check.ts'
export { applySchemaDefaults } from './schema/defaults.ts'
export { childSchema, definitions, resolve, schemaAt, schemaOf } from './schema/definitions.ts'
export type { Schema } from './schema/type.ts'
