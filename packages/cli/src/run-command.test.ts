import { describe, expect, it } from 'vitest'
import { runCommand, type CommandResult } from './run-command.ts'

const run = (args: readonly string[], text: string | null = ''): Promise<CommandResult> =>
  runCommand(args, { read: async () => text ?? undefined, now: 1_800_000_000_000 })

describe('runCommand()', () => {
  it('prints how it is used', async () => {
    for (const args of [[], ['help'], ['--help']])
      expect((await run(args)).output).toMatch(/^latchkey: .*\n\n {2}latchkey secret/)
  })

  it('makes secrets and keys, and publishes the keys', async () => {
    expect(await run(['secret'])).toMatchObject({ code: 0, output: expect.stringMatching(/^.{44}\n$/) as string })
    const { output } = await run(['keygen', 'EdDSA', '--kid', 'mine'])
    expect(JSON.parse(output)).toMatchObject({ kty: 'OKP', kid: 'mine', alg: 'EdDSA' })
    expect(JSON.parse((await run(['jwks'], output)).output)).toMatchObject({ keys: [{ kty: 'OKP', kid: 'mine' }] })
    const { output: pem } = await run(['keygen', '--pem'])
    expect(JSON.parse((await run(['jwks', '--alg', 'ES256'], pem)).output)).toMatchObject({ keys: [{ crv: 'P-256' }] })
  })

  it('explains a token, with blanks around it', async () => {
    expect((await run(['explain'], ' e30.eyJzdWIiOiI3In0.c2ln\n')).output).toContain('"sub": "7"')
  })

  it.each<[readonly string[], string | null, string]>([
    [['sign'], '', 'no such command'],
    [['secret', 'more'], '', 'arguments'],
    [['keygen', 'ES256', 'more'], '', 'arguments'],
    [['keygen', '--bits', '1024'], '', 'arguments'],
    [['keygen', 'none'], '', '"keys[0].alg"'],
    [['explain', 'eyJhbGciOiJub25lIn0.e30.e30'], '', 'standard input'],
    [['explain'], 'no token', 'no token'],
    [['explain'], null, '1 MiB'],
    [['jwks'], 'no key', '"keys"'],
  ])('refuses %j with an exit code, and repeats nothing that it was given', async (args, text, words) => {
    const { code, output, problem } = await run(args, text)
    expect({ code, output }).toEqual({ code: 1, output: '' })
    expect(problem).toContain(words)
    expect(problem).not.toMatch(/eyJ|no key|1024/)
  })

  it('repeats nothing of a broken private key', async () => {
    const { output } = await run(['keygen'])
    const key = JSON.parse(output) as Record<string, string>
    const { problem } = await run(['jwks'], JSON.stringify({ ...key, x: key['d'] }))
    expect(problem).toMatch(/^Option "keys\[0\]\.jwk" /)
    expect(problem).not.toContain(key['d'])
  })
})
