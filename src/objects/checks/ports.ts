// Whether a port number or port name is allowed.
import type { FieldProblem } from '../kind.ts'
import { type FieldPath, invalid } from '../problems.ts'

export const portRange = 'must be between 1 and 65535, inclusive'

export function checkPortNumber(port: unknown, path: FieldPath): FieldProblem[] {
  if (typeof port !== 'number' || !Number.isInteger(port)) return []
  return port >= 1 && port <= 65535 ? [] : [invalid(path, port, portRange)]
}

/** A service name of RFC 6335 §5.1; every rule that is broken is named. */
export function checkPortName(name: string, path: FieldPath): FieldProblem[] {
  const broken = [
    name.length > 15 && 'must be no more than 15 characters',
    !/^[-a-z0-9]+$/.test(name) && 'must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)',
    !/[a-z]/.test(name) && 'must contain at least one letter (a-z)',
    name.includes('--') && 'must not contain consecutive hyphens',
    /^-|-$/.test(name) && 'must not begin or end with a hyphen',
  ]
  return broken.filter(reason => typeof reason === 'string').map(reason => invalid(path, name, reason))
}

/** A number or a name, as in `targetPort`. */
export function checkPortOrName(port: unknown, path: FieldPath): FieldProblem[] {
  return typeof port === 'string' ? checkPortName(port, path) : checkPortNumber(port, path)
}
