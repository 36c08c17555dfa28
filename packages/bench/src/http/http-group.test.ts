import { expect, it } from 'vitest'
import { EFFORTS } from '../group.ts'
import { httpGroup } from './http-group.ts'

it('every service lets a good token in and keeps a forged one out, and is measured', async () => {
  const { rows } = await httpGroup.run({ extent: 'smoke', effort: EFFORTS.smoke, progress() {} })
  expect(rows.map(({ subject }) => subject)).toEqual([
    'latchkey on node:http',
    'node:http, bare',
    'jose on node:http',
    'fast-jwt on node:http',
    'Fastify, bare',
    '@fastify/jwt',
    'latchkey on Express',
    'Express, bare',
    'express-jwt',
    'passport-jwt',
    'latchkey on Hono',
    'Hono, bare',
    'hono/jwt',
    'latchkey on node:http, memory',
    'node:http, bare',
    'better-auth on node:http, SQLite',
    'latchkey on node:http, sealed',
    'node:http, bare',
    'iron-session on node:http',
    'latchkey on Express, memory',
    'Express, bare',
    'express-session, memory',
  ])
}, 60_000)
