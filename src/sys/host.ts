// The machine itself as a place where programs run: no namespace is entered.
import { runProgram, spawnProgram } from './programs.ts'
import type { Runner } from './runner.ts'

export const host: Runner = {
  spawn: (command, args, options = {}) => spawnProgram(command, args, options),
  run: (command, args, options = {}) => runProgram(host, command, args, options),
}
