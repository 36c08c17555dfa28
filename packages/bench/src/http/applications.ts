/**
 * The same small service behind each framework: it answers who asks, when the token or the cookie is good.
 *
 * @module
 */

import { createServer, type RequestListener, type Server } from 'node:http'
import fastifyJwt from '@fastify/jwt'
import { createAdaptorServer } from '@hono/node-server'
import type { Auth } from '@latchkey/core'
import { expressAuth } from '@latchkey/express'
import { honoAuth } from '@latchkey/hono'
import { nodeAuth } from '@latchkey/node'
import express from 'express'
import { expressjwt } from 'express-jwt'
import fastify from 'fastify'
import { Hono } from 'hono'
import { jwt } from 'hono/jwt'
import jsonwebtoken from 'jsonwebtoken'
import passport from 'passport'
import { ExtractJwt, Strategy } from 'passport-jwt'
import { forgeCookie, forgeToken } from '../forgery.ts'
import {
  AUDIENCE,
  fastJwtVerifier,
  ISSUER,
  joseVerifier,
  type KeyMaterial,
  type Verifier,
} from '../tokens/verifiers.ts'

/** A service that is to be measured. */
export interface Application {
  readonly name: string
  readonly role: 'ours' | 'floor' | 'peer'
  /** Whether it looks at the token at all. The bare framework does not. */
  readonly isGuarded: boolean
  /** The credential that it takes, where that is another one than everybody's. */
  readonly credential?: Credential
  readonly start: () => Promise<Server> | Server
}

/** A header of a request that proves who asks, and the same header forged. */
export interface Credential {
  readonly header: 'authorization' | 'cookie'
  readonly good: string
  readonly forged: string
}

/** A bearer token as a credential. */
export function bearer(token: string): Credential {
  return { header: 'authorization', good: `Bearer ${token}`, forged: `Bearer ${forgeToken(token)}` }
}

/** The cookies of a login as a credential. */
export function cookies(header: string): Credential {
  return { header: 'cookie', good: header, forged: forgeCookie(header) }
}

/** What the services share. */
export interface Ground {
  readonly auth: Auth
  readonly material: KeyMaterial
  /** The same secret, as those take it that know nothing but text. */
  readonly secret: string
}

const BODY = { ok: true }
/** Answers that all is well. */
export const send: RequestListener = (_request, response) => {
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify(BODY))
}

/** The services on `node:http`, and Fastify beside them, for which there is no adapter of ours. */
export function nodeApplications({ auth, material, secret }: Ground): readonly Application[] {
  const { listener, requireAuth } = nodeAuth(auth)
  const guarded = requireAuth()
  const verifiedBy =
    (verifier: Verifier): RequestListener =>
    async (request, response) => {
      const subject = await verifier(request.headers.authorization?.slice(7) ?? '')
      if (subject !== null) return send(request, response)
      response.writeHead(401).end()
    }
  async function startFastify(isGuarded: boolean): Promise<Server> {
    const app = fastify()
    const verify = { allowedIss: ISSUER, allowedAud: AUDIENCE }
    if (isGuarded) await app.register(fastifyJwt, { secret, verify })
    app.get('/', isGuarded ? { onRequest: async (request) => void (await request.jwtVerify()) } : {}, async () => BODY)
    await app.ready()
    return app.server
  }
  return [
    {
      name: 'latchkey on node:http',
      role: 'ours',
      isGuarded: true,
      start: () => createServer(listener(guarded(send))),
    },
    { name: 'node:http, bare', role: 'floor', isGuarded: false, start: () => createServer(send) },
    {
      name: 'jose on node:http',
      role: 'peer',
      isGuarded: true,
      start: () => createServer(verifiedBy(joseVerifier(material))),
    },
    {
      name: 'fast-jwt on node:http',
      role: 'peer',
      isGuarded: true,
      start: () => createServer(verifiedBy(fastJwtVerifier(material, true))),
    },
    { name: 'Fastify, bare', role: 'peer', isGuarded: false, start: () => startFastify(false) },
    { name: '@fastify/jwt', role: 'peer', isGuarded: true, start: () => startFastify(true) },
  ]
}

/** The services on Express. */
export function expressApplications({ auth, material }: Ground): readonly Application[] {
  const start = (...handlers: express.RequestHandler[]): Server => {
    const app = express().disable('x-powered-by').disable('etag')
    for (const handler of handlers) app.use(handler)
    app.get('/', (_request, response) => void response.json(BODY))
    app.use(
      ((_error, _request, response, _next) => void response.status(401).end()) satisfies express.ErrorRequestHandler,
    )
    return createServer(app)
  }
  const key = material.verifying.export()
  return [
    {
      name: 'latchkey on Express',
      role: 'ours',
      isGuarded: true,
      start() {
        const { mount, requireAuth } = expressAuth(auth)
        return start(mount, requireAuth())
      },
    },
    { name: 'Express, bare', role: 'floor', isGuarded: false, start: () => start() },
    {
      name: 'express-jwt',
      role: 'peer',
      isGuarded: true,
      start: () =>
        start(
          expressjwt({
            secret: key,
            algorithms: ['HS256'],
            issuer: ISSUER,
            audience: AUDIENCE,
          }) as express.RequestHandler,
        ),
    },
    {
      name: 'passport-jwt',
      role: 'peer',
      isGuarded: true,
      start() {
        const strategy = new Strategy(
          {
            jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
            secretOrKey: key,
            algorithms: ['HS256'],
            issuer: ISSUER,
            audience: AUDIENCE,
          },
          (claims: object, done: (error: null, user: object) => void) => done(null, claims),
        )
        const authenticator = new passport.Passport()
        authenticator.use(strategy)
        return start(authenticator.authenticate('jwt', { session: false }) as express.RequestHandler)
      },
    },
  ]
}

/** The services on Hono. */
export function honoApplications({ auth, secret }: Ground): readonly Application[] {
  const start = (prepare: (app: Hono) => void): Server => {
    const app = new Hono()
    prepare(app)
    app.get('/', (c) => c.json(BODY))
    return createAdaptorServer({ fetch: app.fetch }) as Server
  }
  return [
    {
      name: 'latchkey on Hono',
      role: 'ours',
      isGuarded: true,
      start: () =>
        start((app) => {
          const { mount, requireAuth } = honoAuth(auth)
          app.use(mount)
          app.use(requireAuth())
        }),
    },
    { name: 'Hono, bare', role: 'floor', isGuarded: false, start: () => start(() => {}) },
    {
      name: 'hono/jwt',
      role: 'peer',
      isGuarded: true,
      // It takes no token whose type is not "JWT".
      credential: bearer(
        jsonwebtoken.sign({ scope: 'notes:read' }, secret, {
          issuer: ISSUER,
          audience: AUDIENCE,
          subject: 'user-0',
          expiresIn: '10m',
        }),
      ),
      start: () =>
        start((app) => void app.use(jwt({ secret, alg: 'HS256', verification: { iss: ISSUER, aud: AUDIENCE } }))),
    },
  ]
}
