/**
 * The process: arguments and standard input in, standard output and an exit code out.
 *
 * @module
 */

import { runCommand } from './run-command.ts'

const MAX_INPUT = 1_048_576

/** Runs the command that the process was started with. The exit code is 0, or 1 when it was refused. */
export async function main(): Promise<void> {
  const { code, output, problem } = await runCommand(process.argv.slice(2), { read: readInput, now: Date.now() })
  if (output !== '') process.stdout.write(output)
  if (problem !== '') process.stderr.write(problem)
  process.exitCode = code
}

/** All of standard input; undefined when it is longer than 1 MiB. */
async function readInput(): Promise<string | undefined> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of process.stdin as AsyncIterable<Uint8Array>) {
    length += chunk.length
    if (length > MAX_INPUT) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
