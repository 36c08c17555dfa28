import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { JsonObject } from '../json.ts'
import type { SessionRecord } from '../ports.ts'
import type { StandardSchema } from '../standard-schema.ts'
import { resolveSessionData } from './session-data.ts'

const recordOf = (data: JsonObject, dataVersion = 0) => ({ id: 'x', dataVersion, data }) as unknown as SessionRecord
const INVALID = expect.objectContaining({ code: 'ERR_USAGE', reason: 'value_invalid' })

const cart = z.object({ cart: z.array(z.object({ id: z.number() })).optional(), name: z.string().optional() })

/** A schema of no library, that answers at once or later. */
function schemaOf(validate: StandardSchema['~standard']['validate']): StandardSchema<object, unknown> {
  return { '~standard': { version: 1, vendor: 'test', validate } }
}

describe('resolveSessionData()', () => {
  it.each([
    ['sessions.data', null],
    ['sessions.data', []],
    ['sessions.data.shape', { shape: {} }],
    ['sessions.data.schema', { schema: {} }],
    ['sessions.data.version', { schema: cart, version: -1 }],
    ['sessions.data.version', { schema: cart, version: 1.5 }],
    ['sessions.data.version', { schema: cart, version: '1' }],
    ['sessions.data.version', { version: 1 }],
    ['sessions.data.migrate', { version: 1, migrate: {} }],
  ])('refuses at %s: %j', (option, options) => {
    expect(() => resolveSessionData(options)).toThrow(expect.objectContaining({ code: 'ERR_CONFIG', option }))
  })

  it('says nothing about values by default', async () => {
    const data = resolveSessionData(undefined)
    await expect(data.check({ anything: [1, { goes: null }] })).resolves.toBeUndefined()
    const record = recordOf({ a: 1 })
    expect(await data.open(record)).toEqual({ ok: true, record })
  })
})

describe('a schema whose answer is neither a value nor a list of issues', () => {
  it.each([undefined, null, true, 'fine', {}, { ok: true }])('says nothing for the values: %j', async (answer) => {
    const data = resolveSessionData({ schema: schemaOf(() => answer as never) })
    await expect(data.check({ a: 1 })).rejects.toThrow(INVALID)
    expect(await data.open(recordOf({ a: 1 }))).toEqual({ ok: false, why: 'schema' })
  })
})

describe('SessionData.check()', () => {
  it.each([
    ['a library\u2019s schema', cart],
    ['a schema that answers later', cart.refine(async () => true)],
  ])('judges by %s', async (_, schema) => {
    const data = resolveSessionData({ schema })
    await expect(data.check({ cart: [{ id: 1 }], name: 'x' })).resolves.toBeUndefined()
    await expect(data.check({ cart: [{ id: 1 }, { id: 'canary' }] })).rejects.toThrow(INVALID)
  })

  it('names the place and shows no value', async () => {
    const data = resolveSessionData({ schema: cart })
    const error = await data.check({ cart: [{ id: 'canary' }] }).catch((fault: unknown) => String(fault))
    expect(error).toContain('"cart.0.id"')
    expect(error).not.toContain('canary')
  })

  it.each([
    [[], '""'],
    [[{ key: 'a' }, 1], '"a.1"'],
    [['x\nforged'], String.raw`"x\nforged"`],
    [['y'.repeat(900)], `"${'y'.repeat(100)}"`],
  ])('writes the path %j of any library', async (path, text) => {
    const schema = schemaOf(() => ({ issues: [{ message: 'secret', path }] }))
    await expect(resolveSessionData({ schema }).check({ a: 1 })).rejects.toThrow(
      `The session does not match "sessions.data.schema" at ${text}`,
    )
  })

  it('refuses what a schema refuses without an issue', async () => {
    await expect(resolveSessionData({ schema: schemaOf(() => ({ issues: [] })) }).check({ a: 1 })).rejects.toThrow(
      INVALID,
    )
  })

  it('does not judge a session without values, so that a login may be empty', async () => {
    const schema = z.object({ needed: z.string() })
    const data = resolveSessionData({ schema })
    await expect(data.check({})).resolves.toBeUndefined()
    expect(await data.open(recordOf({}))).toMatchObject({ ok: true })
    await expect(data.check({ other: 1 })).rejects.toThrow(INVALID)
  })

  it('leaves the values as they were set, whatever the schema would make of them', async () => {
    const schema = z.object({ name: z.string().trim().default('none'), count: z.coerce.number().optional() })
    const data = resolveSessionData({ schema })
    const record = recordOf({ name: ' x ', more: 1 })
    await expect(data.check(record.data)).resolves.toBeUndefined()
    expect(await data.open(record)).toEqual({ ok: true, record })
  })

  it('passes on what a schema throws', async () => {
    const schema = schemaOf(() => {
      throw new Error('broken schema')
    })
    await expect(resolveSessionData({ schema }).check({ a: 1 })).rejects.toThrow('broken schema')
  })
})

describe('SessionData.open()', () => {
  const migrate = (old: JsonObject, from: number) => ({ name: `${String(old['n'])} of ${from}` })

  it('makes values of this version of older ones, and judges them', async () => {
    const data = resolveSessionData({ schema: cart, version: 2, migrate })
    expect(await data.open(recordOf({ n: 7 }, 1))).toMatchObject({
      ok: true,
      record: { data: { name: '7 of 1' }, dataVersion: 2 },
    })
    const bad = resolveSessionData({ schema: cart, version: 2, migrate: () => ({ name: 7 as never }) })
    expect(await bad.open(recordOf({ n: 7 }, 1))).toEqual({ ok: false, why: 'schema' })
  })

  it('waits for a migration that takes its time', async () => {
    const data = resolveSessionData({ version: 1, migrate: async () => ({ a: await Promise.resolve(1) }) })
    expect(await data.open(recordOf({ n: 7 }))).toMatchObject({ record: { data: { a: 1 } } })
  })

  it('judges older values as they stand where there is no migration', async () => {
    const data = resolveSessionData({ schema: cart, version: 1 })
    expect(await data.open(recordOf({ name: 'x' }))).toMatchObject({ ok: true, record: { dataVersion: 1 } })
    expect(await data.open(recordOf({ name: 1 }))).toEqual({ ok: false, why: 'schema' })
  })

  it('does not migrate what is of this version', async () => {
    const record = recordOf({ n: 7 }, 2)
    expect(await resolveSessionData({ version: 2, migrate }).open(record)).toEqual({ ok: true, record })
  })

  it.each([
    [
      'throws',
      () => {
        throw new Error('canary')
      },
    ],
    ['rejects', () => Promise.reject(new Error('canary'))],
    ['gives nothing', () => undefined],
    ['gives a list', () => [1]],
    ['gives what is not JSON', () => ({ at: new Date(0) })],
    ['gives a bad key', () => ({ '': 1 })],
    ['writes into what it was given', (old: JsonObject) => Object.assign(old, { more: 1 })],
  ])('finds no values where the migration %s', async (_, broken) => {
    const data = resolveSessionData({ version: 1, migrate: broken as never })
    expect(await data.open(recordOf({ n: 7 }))).toEqual({ ok: false, why: 'migration' })
  })

  it('finds no values where the schema throws', async () => {
    const schema = schemaOf(() => Promise.reject(new Error('broken schema')))
    expect(await resolveSessionData({ schema }).open(recordOf({ n: 7 }))).toEqual({ ok: false, why: 'schema' })
  })

  it('takes newer values that match, keeps their version, and takes no others', async () => {
    const data = resolveSessionData({ schema: cart, version: 1 })
    const record = recordOf({ name: 'x', added: true }, 2)
    expect(await data.open(record)).toEqual({ ok: true, record })
    expect(await data.open(recordOf({ name: ['x'] }, 2))).toEqual({ ok: false, why: 'newer' })
    expect(await resolveSessionData({}).open(record)).toEqual({ ok: false, why: 'newer' })
  })

  it('never rejects, whatever stands in the record', async () => {
    const data = resolveSessionData({ schema: cart, version: 3, migrate: (old: JsonObject) => old })
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.string(), fc.jsonValue()), fc.nat(5), async (values, version) => {
        const copy = JSON.parse(JSON.stringify(values)) as JsonObject
        const opened = await data.open(recordOf(copy, version))
        expect(['boolean']).toContain(typeof opened.ok)
      }),
    )
  })
})
