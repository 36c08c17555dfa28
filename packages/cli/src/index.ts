/**
 * The command line of Latchkey, for a program that wants to run it itself.
 *
 * @module
 */

export { main } from './main.ts'
export { runCommand, type CommandResult, type CommandInput } from './run-command.ts'
