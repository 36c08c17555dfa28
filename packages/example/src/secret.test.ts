import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readSecret } from './secret.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latchkey-secret-'))
})
afterEach(() => rm(folder, { recursive: true }))

describe('readSecret()', () => {
  it('makes 32 random bytes that only the owner can read, and leaves nothing else behind', async () => {
    const secret = await readSecret(join(folder, 'secret'))
    expect(Buffer.from(secret, 'base64')).toHaveLength(32)
    expect((await stat(join(folder, 'secret'))).mode & 0o777).toBe(0o600)
    expect(await readdir(folder)).toEqual(['secret'])
  })

  it('gives the same one ever after', async () => {
    const path = join(folder, 'secret')
    expect(await readSecret(path)).toBe(await readSecret(path))
  })

  it('gives all who start at once the same one', async () => {
    const secrets = await Promise.all(Array.from({ length: 8 }, () => readSecret(join(folder, 'secret'))))
    expect(new Set(secrets).size).toBe(1)
  })
})
