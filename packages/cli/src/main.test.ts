import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const PROGRAM = join(import.meta.dirname, 'latchkey.mjs')

interface Ended {
  readonly code: number | null
  readonly output: string
  readonly problem: string
}

/** Runs the program as a process. */
async function run(args: readonly string[], input = ''): Promise<Ended> {
  const child = spawn(process.execPath, ['-C', '@latchkey/source', PROGRAM, ...args], { stdio: 'pipe' })
  let output = ''
  let problem = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (problem += text))
  // A program that reads nothing closes its input, which is no error here.
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  return new Promise((resolve) => {
    child.on('close', (code) => resolve({ code, output, problem }))
  })
}

describe('latchkey', () => {
  it('makes a key, and publishes what it reads', async () => {
    const made = await run(['keygen', 'ES256'])
    expect(made).toMatchObject({ code: 0, problem: '' })
    const { d, kid } = JSON.parse(made.output) as { d: string; kid: string }
    const published = await run(['jwks'], made.output)
    expect(published).toMatchObject({ code: 0, problem: '' })
    expect(JSON.parse(published.output)).toMatchObject({ keys: [{ kid, alg: 'ES256', crv: 'P-256' }] })
    expect(published.output).not.toContain(d)
  })

  it('explains a token from standard input', async () => {
    const { code, output } = await run(['explain'], 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI3In0.c2ln\n')
    expect(code).toBe(0)
    expect(output).toContain('"alg": "HS256"')
    expect(output).toContain('The signature was not checked')
  })

  it('exits with 1, and says why on standard error', async () => {
    expect(await run(['explain'], 'a'.repeat(2_000_000))).toEqual({
      code: 1,
      output: '',
      problem: 'The input is longer than 1 MiB.\n',
    })
    expect((await run(['nothing'])).code).toBe(1)
  })
})
