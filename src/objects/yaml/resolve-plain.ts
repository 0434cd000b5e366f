// What value does an unquoted YAML scalar stand for? As kubectl reads it (go-yaml v2), which is not quite YAML 1.2:
// yes, no, on and off are booleans, 0644 is octal, and 12:30 stays text.

const words: ReadonlyMap<string, null | boolean | number> = new Map<string, null | boolean | number>([
  ...['', '~', 'null', 'Null', 'NULL'].map(word => [word, null] as const),
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'].map(word => [word, true] as const),
  ...['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'].map(word => [word, false] as const),
])

const decimalInteger = /^[-+]?(0|[1-9][0-9_]*)$/
const otherInteger = /^([-+]?)(0[xX][0-9a-fA-F_]+|0[bB][01_]+|0[oO]?[0-7_]+)$/
const float = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/

export function resolvePlain(text: string): string | number | boolean | null {
  const first = text.charCodeAt(0)
  // Only digits, signs and the dot begin a number; everything else is a word or text.
  const mayBeNumber = (first >= 48 && first <= 57) || first === 43 || first === 45 || first === 46
  if (!mayBeNumber) {
    if (text.length > 5) return text
    const word = words.get(text)
    return word === undefined ? text : word
  }
  if (decimalInteger.test(text)) return Number(text.replaceAll('_', ''))
  const other = otherInteger.exec(text)
  if (other !== null) return based(other[1] ?? '', (other[2] ?? '').replaceAll('_', ''))
  return float.test(text) ? Number(text) : text
}

function based(sign: string, digits: string): number {
  const value = /^0[0-7]/.test(digits) ? Number.parseInt(digits, 8) : Number(digits.toLowerCase())
  return sign === '-' ? -value : value
}
