import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createOutbox } from './outbox.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latchkey-outbox-'))
})
afterEach(() => rm(folder, { recursive: true }))

describe('createOutbox()', () => {
  it('makes its folder, and a file of each mail for the owner alone, the newest last', async () => {
    const clock = { time: 1_800_000_000_000 }
    const outbox = join(folder, 'data', 'outbox')
    const send = createOutbox(outbox, () => clock.time)
    for (const subject of ['one', 'two', 'three']) {
      await send({ to: 'ada@example.com', subject, text: 'Hello' })
      clock.time += 1
    }
    const names = (await readdir(outbox)).toSorted()
    expect(names).toEqual([expect.stringMatching(/^2027-01-15T08-00-00\.000Z-[\da-f-]{36}\.txt$/), ...names.slice(1)])
    const texts = await Promise.all(names.map((name) => readFile(join(outbox, name), 'utf8')))
    expect(texts).toEqual(
      ['one', 'two', 'three'].map((subject) => `To: ada@example.com\nSubject: ${subject}\n\nHello\n`),
    )
    for (const name of names) expect((await stat(join(outbox, name))).mode & 0o077).toBe(0)
  })

  it('rejects when it cannot write', async () => {
    const send = createOutbox('/dev/null/outbox', () => 0)
    await expect(send({ to: 'a@b.c', subject: 's', text: 't' })).rejects.toThrow(/ENOTDIR|ENOENT/)
  })
})
