// The OpenAPI v2 document, in the protobuf form that kubectl asks for when the v3 documents do not know a kind.
// It is empty but valid: kubectl then looks the kind up, and says itself that there is none.

/** Clients ask with an `@` before the version, which no media type may hold; the answer spells it with a dot, as upstream's. */
export const openApiV2Type = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf'

export function acceptsOpenApiV2(accept: string | undefined): boolean {
  return /application\/com\.github\.proto-openapi\.spec\.v2[@.]v1\.0\+protobuf/.test(accept ?? '')
}

/** Document: swagger = 1, info = 2 (title = 1, version = 2), paths = 8. */
export function openApiV2Document(version: string): Buffer {
  const info = Buffer.concat([field(1, Buffer.from('Kubernetes')), field(2, Buffer.from(version))])
  return Buffer.concat([field(1, Buffer.from('2.0')), field(2, info), field(8, Buffer.alloc(0))])
}

/** Every part is shorter than 128 bytes, so lengths are one byte. */
function field(number: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.from([(number << 3) | 2, content.length]), content])
}
