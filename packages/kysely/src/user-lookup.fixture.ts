/**
 * What a lookup of users does on any database, for the tests of each.
 *
 * @module
 */

import type { Generated, Kysely } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { kyselyUserLookup } from './user-lookup.ts'

interface AccountRow {
  readonly id: string
  readonly email: string | null
  readonly password_hash: string | null
  readonly locked_at: number | null
  readonly name: string
}

interface PersonRow {
  readonly id: Generated<number>
  readonly login: string
  readonly hash: string | null
}

/** The tables of the tests: one with ids that are text and one with ids that are numbers. */
export interface UserTables {
  readonly account: AccountRow
  readonly person: PersonRow
}

const ADA: AccountRow = { id: 'u-1', email: 'ada@example.com', password_hash: 'h1', locked_at: null, name: 'Ada' }

/** An empty database, and how to be rid of it. */
export interface UserDatabase {
  readonly db: Kysely<UserTables>
  close(): Promise<void>
}

/** Defines the tests. */
export function describeUserLookup(name: string, open: () => Promise<UserDatabase>): void {
  describe(`kyselyUserLookup() on ${name}`, () => {
    let db: Kysely<UserTables>
    let close: UserDatabase['close']
    beforeAll(async () => {
      const opened = await open()
      db = opened.db
      close = () => opened.close()
      await db.schema
        .createTable('account')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('email', 'text')
        .addColumn('password_hash', 'text')
        .addColumn('locked_at', 'integer')
        .addColumn('name', 'text')
        .execute()
      await db.schema
        .createTable('person')
        .addColumn('id', 'integer', (column) => column.primaryKey())
        .addColumn('login', 'text')
        .addColumn('hash', 'text')
        .execute()
    })
    afterAll(() => close())
    beforeEach(async () => {
      await db.deleteFrom('account').execute()
      await db.deleteFrom('person').execute()
      await db.insertInto('account').values(ADA).execute()
    })

    const columns = { id: 'id', login: 'email', passwordHash: 'password_hash' } as const
    const accounts = () =>
      kyselyUserLookup(db, {
        table: 'account',
        columns: { ...columns, disabled: 'locked_at' },
        select: ['id', 'name'],
      })
    const parseId = (subject: string): number | undefined =>
      /^[1-9]\d{0,8}$/.test(subject) ? Number(subject) : undefined
    const people = () =>
      kyselyUserLookup(db, {
        table: 'person',
        columns: { id: 'id', login: 'login', passwordHash: 'hash' },
        parseId,
      })
    const hashOf = async (id: string): Promise<string | null | undefined> =>
      (await db.selectFrom('account').select('password_hash').where('id', '=', id).executeTakeFirst())?.password_hash

    it('finds a user by the id and by the login name', async () => {
      const found = { subject: 'u-1', user: { id: 'u-1', name: 'Ada' }, passwordHash: 'h1', disabled: false }
      expect(await accounts().findById('u-1')).toEqual(found.user)
      expect(await accounts().findBySubject('u-1')).toEqual(found)
      expect(await accounts().findByLogin('ada@example.com')).toEqual(found)
    })

    it('gives the id and the login name when nothing is selected', async () => {
      const users = kyselyUserLookup(db, { table: 'account', columns })
      expect(await users.findById('u-1')).toEqual({ id: 'u-1', email: 'ada@example.com' })
    })

    it.each([
      'Ada@example.com',
      'ada@example.com ',
      ' ada@example.com',
      '%',
      'ad_@example.com',
      '',
      'ada@example.com\0',
      'ada@example.com\ud800',
      "' or 1=1 --",
      "ada@example.com' --",
      '__proto__',
      'null',
    ])('finds nobody under %j', async (text) => {
      expect(await accounts().findByLogin(text)).toBeNull()
      expect(await accounts().findBySubject(text)).toBeNull()
      expect(await accounts().findById(text)).toBeNull()
      expect(await accounts().statusOf(text)).toBeNull()
      expect(await accounts().updatePasswordHash(text, 'h2', 'h1')).toBe(false)
      expect(await hashOf('u-1')).toBe('h1')
    })

    it('tells both spellings of one character apart', async () => {
      await db
        .insertInto('account')
        .values({ ...ADA, id: 'u-2', email: 'ren\u00e9' })
        .execute()
      expect(await accounts().findByLogin('ren\u00e9')).toMatchObject({ subject: 'u-2' })
      expect(await accounts().findByLogin('rene\u0301')).toBeNull()
    })

    it('finds nobody by a login name of null', async () => {
      await db
        .insertInto('account')
        .values({ ...ADA, id: 'u-2', email: null })
        .execute()
      expect(await accounts().findByLogin('null')).toBeNull()
      expect(await accounts().findBySubject('u-2')).toMatchObject({ subject: 'u-2' })
    })

    it.each([0, 1_800_000_000])('tells a disabled user, who is nobody for findById: %j', async (lockedAt) => {
      await db.updateTable('account').set({ locked_at: lockedAt }).execute()
      const disabled = lockedAt !== 0
      expect(await accounts().findByLogin('ada@example.com')).toMatchObject({ disabled })
      expect(await accounts().findBySubject('u-1')).toMatchObject({ disabled })
      expect(await accounts().findById('u-1')).toEqual(disabled ? null : { id: 'u-1', name: 'Ada' })
      expect(await accounts().statusOf('u-1')).toBe(disabled ? 'disabled' : 'active')
    })

    it('refuses to choose between two users of one login name', async () => {
      await db
        .insertInto('account')
        .values({ ...ADA, id: 'u-2' })
        .execute()
      await expect(accounts().findByLogin('ada@example.com')).rejects.toMatchObject({ code: 'ERR_UNAVAILABLE' })
    })

    it('replaces the hash that it is told, and no other', async () => {
      expect(await accounts().updatePasswordHash('u-1', 'h2', 'h0')).toBe(false)
      expect(await accounts().updatePasswordHash('u-1', 'h2', null)).toBe(false)
      expect(await hashOf('u-1')).toBe('h1')
      expect(await accounts().updatePasswordHash('u-1', 'h2', 'h1')).toBe(true)
      expect(await hashOf('u-1')).toBe('h2')
      expect(await accounts().updatePasswordHash('u-9', 'h2', 'h1')).toBe(false)
    })

    it('sets a hash where there was none', async () => {
      await db.updateTable('account').set({ password_hash: null }).execute()
      expect(await accounts().findBySubject('u-1')).toMatchObject({ passwordHash: null })
      expect(await accounts().updatePasswordHash('u-1', 'h2', 'h1')).toBe(false)
      expect(await accounts().updatePasswordHash('u-1', 'h2', null)).toBe(true)
      expect(await hashOf('u-1')).toBe('h2')
    })

    it('lets one of many replacements at once succeed', async () => {
      const outcomes = await Promise.all(
        Array.from({ length: 8 }, (_, writer) => accounts().updatePasswordHash('u-1', `new ${writer}`, 'h1')),
      )
      expect(outcomes.filter(Boolean)).toHaveLength(1)
      expect(await hashOf('u-1')).toBe(`new ${outcomes.indexOf(true)}`)
    })

    it('reads and writes ids that are numbers, and asks the database for nothing else', async () => {
      await db.insertInto('person').values({ id: 7, login: 'ada', hash: 'h1' }).execute()
      expect(await people().findByLogin('ada')).toEqual({
        subject: '7',
        user: { id: 7, login: 'ada' },
        passwordHash: 'h1',
        disabled: false,
      })
      expect(await people().findById('7')).toEqual({ id: 7, login: 'ada' })
      expect(await people().updatePasswordHash('7', 'h2', 'h1')).toBe(true)
      for (const subject of ['07', '7.0', '7 ', '7e0', 'ada', '-7', '9999999999']) {
        expect(await people().findBySubject(subject)).toBeNull()
        expect(await people().updatePasswordHash(subject, 'h3', 'h2')).toBe(false)
      }
      expect(await people().findBySubject('7')).toMatchObject({ passwordHash: 'h2' })
    })

    it('rejects when the table is not there', async () => {
      const users = kyselyUserLookup(db.withSchema('elsewhere'), { table: 'account', columns })
      await expect(users.findByLogin('ada@example.com')).rejects.toThrow(/elsewhere/)
      await expect(users.updatePasswordHash('u-1', 'h2', 'h1')).rejects.toThrow(/elsewhere/)
    })
  })
}
