/**
 * PostgreSQL under measurement.
 *
 * @module
 */

import { withPreparedStatements } from '@latchkey/kysely'
import { PostgresDialect } from 'kysely'
import { Pool } from 'pg'
import type { BackendKind } from './backend.ts'
import { newPrefix, openKysely } from './open-kysely.ts'
import { recordOf, revocationOf } from './records.ts'

/** Where it is. */
export const POSTGRES_URL: string = process.env['LATCHKEY_POSTGRES_URL'] ?? 'postgres://root@127.0.0.1:5432/test'

/** With prepared statements on both sides, or without them on both sides. */
function postgresKind(name: string, isPrepared: boolean): BackendKind {
  return {
    name,
    isNetworked: true,
    isVariant: !isPrepared,
    async open() {
      const prefix = newPrefix()
      const own = new Pool({ connectionString: POSTGRES_URL, max: 8 })
      const { store, counted, revocations, close } = await openKysely(
        new PostgresDialect({ pool: isPrepared ? withPreparedStatements(own) : own }),
        prefix,
      )
      const pool = new Pool({ connectionString: POSTGRES_URL, max: 8 })
      const nameOf = (statement: string) => (isPrepared ? { name: statement } : {})
      const read = { ...nameOf('read'), text: `select * from ${prefix}sessions where id = $1` }
      const write = { ...nameOf('write'), text: `update ${prefix}sessions set data = $2 where id = $1` }
      /** Copies the row whose key has that value, with other members in each copy. */
      async function copyRow(table: string, where: string, members: string, from: number, to: number): Promise<void> {
        await pool.query(
          `insert into ${prefix}${table} select (jsonb_populate_record(t, jsonb_build_object(${members}))).*
         from ${prefix}${table} t, generate_series(${from}, ${to - 1}) n where ${where}`,
        )
        // What autovacuum would do in time: sizes and plans are those of a table that is in use.
        await pool.query(`vacuum analyze ${prefix}${table}`)
      }
      return {
        store,
        counted,
        revocations,
        async fillSessions(template, from, to) {
          const model = recordOf(template, from)
          await store.create(model, { now: template.createdAt })
          const members = `'id', md5('session ' || n), 'subject', 'user-' || n`
          await copyRow('sessions', `t.id = '${model.id}'`, members, from + 1, to)
        },
        async fillRevocations(from, to, call) {
          const { revoked, until } = revocationOf(from, call.now)
          await revocations.revoke(revoked, until, call)
          const members = `'id', md5('revoked ' || n), 'subject', 'user-' || n`
          await copyRow('revocations', `t.id = '${revoked.id}'`, members, from + 1, to)
        },
        bareRead: (id) => pool.query({ ...read, values: [id] }),
        bareWrite: (id, data) => pool.query({ ...write, values: [id, data] }),
        async bytesPerSession(sessions) {
          const { rows } = await pool.query<{ size: string }>(
            `select pg_total_relation_size('${prefix}sessions') as size`,
          )
          return Number(rows[0]?.size) / sessions
        },
        async close() {
          await pool.end()
          await close()
        },
      }
    },
  }
}

/** The two kinds. */
export const postgres: BackendKind = postgresKind('PostgreSQL', true)
export const unpreparedPostgres: BackendKind = postgresKind('PostgreSQL, not prepared', false)
