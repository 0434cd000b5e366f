// Which names, labels and keys Kubernetes allows, and how the API server words a refusal.

/** Undefined when the text is allowed, else what it must be. */
export type TextCheck = (text: string) => string | undefined

const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?'
const qualified = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]'
const labelPattern = new RegExp(`^${label}$`)
const subdomainPattern = new RegExp(`^${label}(\\.${label})*$`)
const wildcardPattern = new RegExp(`^\\*\\.${label}(\\.${label})*$`)
const dns1035Pattern = /^[a-z]([-a-z0-9]*[a-z0-9])?$/
const qualifiedPattern = new RegExp(`^${qualified}$`)
const labelValuePattern = new RegExp(`^(${qualified})?$`)

const labelRule = `a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '${label}')`
const subdomainRule = `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '${label}(\\.${label})*')`
const wildcardRule = `a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character (e.g. '*.example.com', regex used for validation is '\\*\\.${label}(\\.${label})*')`
const dns1035Rule = `a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')`
const qualifiedRule = `name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '${qualified}')`
const labelValueRule = `a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(${qualified})?')`

export const checkDns1123Label: TextCheck = text =>
  tooLong(text, 63) ?? (labelPattern.test(text) ? undefined : labelRule)

export const checkDns1123Subdomain: TextCheck = text =>
  tooLong(text, 253) ?? (subdomainPattern.test(text) ? undefined : subdomainRule)

export const checkWildcardSubdomain: TextCheck = text =>
  tooLong(text, 253) ?? (wildcardPattern.test(text) ? undefined : wildcardRule)

export const checkDns1035Label: TextCheck = text =>
  tooLong(text, 63) ?? (dns1035Pattern.test(text) ? undefined : dns1035Rule)

/** Names of RBAC objects, which may hold colons. */
export const checkPathSegment: TextCheck = text => {
  if (text === '.' || text === '..') return `may not be '${text}'`
  const bad = ['/', '%'].find(character => text.includes(character))
  return bad === undefined ? undefined : `may not contain '${bad}'`
}

/** Keys of labels and annotations: an optional DNS prefix, a slash, a name of at most 63 characters. */
export const checkQualifiedName: TextCheck = text => {
  const parts = text.split('/')
  if (parts.length > 2) {
    return `a qualified name must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '${qualified}') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`
  }
  const [prefix, name] = parts.length === 2 ? [parts[0], parts[1] ?? ''] : [undefined, text]
  if (prefix === '') return 'prefix part must be non-empty'
  if (prefix !== undefined) {
    const problem = checkDns1123Subdomain(prefix)
    if (problem !== undefined) return `prefix part ${problem}`
  }
  if (name === '') return 'name part must be non-empty'
  if (name.length > 63) return 'name part must be no more than 63 characters'
  return qualifiedPattern.test(name) ? undefined : qualifiedRule
}

export const checkLabelValue: TextCheck = text =>
  tooLong(text, 63) ?? (labelValuePattern.test(text) ? undefined : labelValueRule)

function tooLong(text: string, limit: number): string | undefined {
  return text.length > limit ? `must be no more than ${limit} characters` : undefined
}
