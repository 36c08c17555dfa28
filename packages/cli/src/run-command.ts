/**
 * The commands by name.
 *
 * @module
 */

import { parseArgs } from 'node:util'
import { isFault } from '@latchkey/core'
import { explainToken } from './explain-token.ts'
import { generateKey, generateSecret } from './generate-key.ts'
import { toPublicJwks } from './public-jwks.ts'

/** What a command is given besides its arguments. */
export interface CommandInput {
  /** Reads standard input; called by the commands that need it alone. Undefined: it is too long. */
  read(): Promise<string | undefined>
  /** The time, in epoch milliseconds. */
  readonly now: number
}

/** What came of a command. */
export interface CommandResult {
  /** The exit code. */
  readonly code: 0 | 1
  /** For standard output. */
  readonly output: string
  /** For standard error. Holds nothing of what was read. */
  readonly problem: string
}

const USAGE = `latchkey: keys and tokens at hand. Nothing is stored and nothing is sent.

  latchkey secret            Makes a root secret for "secrets", 32 random bytes in base64.
  latchkey keygen [alg]      Makes a private key (default ES256; RS, PS and ES with 256, 384 or 512, EdDSA, Ed25519), or for HS256,
                             HS384 and HS512 a secret, as a JWK whose "kid" is its thumbprint.
       --kid <id>            Names the key otherwise. A secret needs a name.
       --pem                 Writes PEM (PKCS#8) instead. Not for secrets.
  latchkey jwks              Reads private or public keys from standard input (a JWK, a list or a set of them, or PEM with --alg)
                             and prints what may be published of them.
       --alg <alg>           The algorithm of keys that do not name one.
  latchkey explain           Reads a token from standard input and says what it says. It checks no signature and needs no key.
  latchkey help              Prints this.
`

/**
 * Runs one command.
 *
 * @param args The arguments after the program's name.
 */
export async function runCommand(args: readonly string[], input: CommandInput): Promise<CommandResult> {
  try {
    return { code: 0, output: await run(args, input), problem: '' }
  } catch (error) {
    // Our own faults and refusals name options; whatever else the platform says could quote a key.
    const problem = error instanceof Refusal || isFault(error) ? error.message : 'The command failed.'
    return { code: 1, output: '', problem: `${problem}\n` }
  }
}

/** Why a command was refused, in words for the person who typed it. */
class Refusal extends Error {}

async function run(args: readonly string[], input: CommandInput): Promise<string> {
  const [command, ...rest] = args
  switch (command) {
    case 'secret':
      readArguments(rest, {}, 0)
      return `${generateSecret()}\n`
    case 'keygen': {
      const { values, positionals } = readArguments(rest, { kid: 'string', pem: 'boolean' }, 1)
      const kid = typeof values['kid'] === 'string' ? { kid: values['kid'] } : {}
      return generateKey(positionals[0] ?? 'ES256', { ...kid, pem: values['pem'] === true })
    }
    case 'jwks': {
      const { values } = readArguments(rest, { alg: 'string' }, 0)
      const alg = typeof values['alg'] === 'string' ? values['alg'] : undefined
      return toPublicJwks(await readText(input), alg)
    }
    case 'explain':
      readArguments(rest, {}, 0)
      return explain(await readText(input), input.now)
    case 'help':
    case '--help':
    case undefined:
      return USAGE
    default:
      throw new Refusal('There is no such command. "latchkey help" lists them.')
  }
}

function explain(text: string, now: number): string {
  const explanation = explainToken(text.trim(), now)
  if (explanation === undefined) throw new Refusal('This is no token that can be explained.')
  return explanation
}

async function readText({ read }: CommandInput): Promise<string> {
  const text = await read()
  if (text === undefined) throw new Refusal('The input is longer than 1 MiB.')
  return text
}

function readArguments(
  args: readonly string[],
  options: Readonly<Record<string, 'string' | 'boolean'>>,
  most: number,
): { readonly values: Readonly<Record<string, unknown>>; readonly positionals: readonly string[] } {
  try {
    const types = Object.fromEntries(Object.entries(options).map(([name, type]) => [name, { type }]))
    const parsed = parseArgs({ args: [...args], options: types, allowPositionals: true })
    if (parsed.positionals.length <= most) return parsed
  } catch {
    // The arguments may hold a token or a key, which were to come from standard input: they are not repeated.
  }
  throw new Refusal('The arguments are not those of the command. Tokens and keys are read from standard input.')
}
