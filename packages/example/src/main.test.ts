import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ADAPTERS } from './app.ts'

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url))
const hasCurl = spawnSync('curl', ['--version']).status === 0

let folder = ''
const children: ChildProcess[] = []
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latchkey-example-'))
})
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  await rm(folder, { recursive: true })
})

interface Running {
  /** What was printed to stdout so far. */
  output(): string
  /** Sends SIGTERM, and gives the exit code. */
  stop(): Promise<number>
}

function launch(args: readonly string[], env: Record<string, string>): ChildProcess {
  const child = spawn(process.execPath, ['-C', '@latchkey/source', MAIN, ...args], {
    env: { PATH: process.env['PATH'], TMPDIR: folder, LATCHKEY_DATA: join(folder, 'data'), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  children.push(child)
  return child
}

/** Starts the server, and waits for the last line of what it prints. */
async function start(
  args: readonly string[],
  port: number,
  env: Readonly<Record<string, string>> = {},
): Promise<Running> {
  const child = launch(args, { PORT: String(port), ...env })
  let output = ''
  for await (const line of createInterface({ input: child.stdout ?? expect.unreachable() })) {
    output += `${line}\n`
    if (/^curl .*\/auth\/password\/reset /.test(line)) break
  }
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString())).resume()
  return {
    output: () => output,
    async stop() {
      const exited = once(child, 'exit')
      child.kill('SIGTERM')
      return (await exited)[0] as number
    },
  }
}

/** Runs a server that has to fail: its exit code and what it says. */
async function fail(args: readonly string[], env: Record<string, string>): Promise<{ code: number; line: string }> {
  const child = launch(args, env)
  let line = ''
  child.stderr?.on('data', (chunk: Buffer) => (line += chunk.toString()))
  const [code] = (await once(child, 'close')) as [number]
  return { code, line }
}

async function takePort(): Promise<{ port: number; free(): Promise<void> }> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { port, free: async () => void (await once(server.close(), 'close')) }
}

async function freePort(): Promise<number> {
  const { port, free } = await takePort()
  await free()
  return port
}

describe('npm start', { timeout: 60_000 }, () => {
  it.each(ADAPTERS)('keeps users, sessions and notes over a restart, on %s', async (adapter) => {
    const port = await freePort()
    const url = `http://localhost:${port}`
    const send = async (method: string, path: string, cookie: string, json?: unknown) => {
      const response = await fetch(`${url}${path}`, {
        method,
        headers: { cookie, origin: url, ...(json === undefined ? {} : { 'content-type': 'application/json' }) },
        ...(json === undefined ? {} : { body: JSON.stringify(json) }),
      })
      return {
        status: response.status,
        text: await response.text(),
        cookie: response.headers.getSetCookie()[0]?.split(';')[0] ?? '',
      }
    }

    const first = await start([`--adapter=${adapter}`], port)
    expect(first.output()).toContain(`${url} (adapter: ${adapter}`)
    const account = { email: 'ada@example.com', password: 'staple and battery' }
    expect((await send('POST', '/auth/register', '', account)).status).toBe(201)
    const { cookie } = await send('POST', '/auth/login', '', account)
    expect((await send('PUT', '/session/theme', cookie, { value: 'dark' })).status).toBe(204)
    expect((await send('POST', '/notes', cookie, { title: 'First' })).status).toBe(201)
    const kept = await Promise.all(['/me', '/session', '/notes'].map((path) => send('GET', path, cookie)))
    expect(await first.stop()).toBe(0)

    const second = await start([`--adapter=${adapter}`], port)
    expect(await Promise.all(['/me', '/session', '/notes'].map((path) => send('GET', path, cookie)))).toEqual(kept)
    expect(kept.map(({ status }) => status)).toEqual([200, 200, 200])
    expect((await send('POST', '/auth/login', '', account)).status).toBe(200)
    expect(await second.stop()).toBe(0)

    const secret = await readFile(join(folder, 'data', 'secret'), 'utf8')
    for (const name of await readdir(join(folder, 'data'))) {
      expect((await stat(join(folder, 'data', name))).mode & 0o077).toBe(0)
    }
    const events = first
      .output()
      .split('\n')
      .filter((line) => line.startsWith('{'))
    expect(events.map((line) => (JSON.parse(line) as { type: string }).type)).toEqual([
      'password_accepted',
      'session_created',
    ])
    for (const hidden of [secret, cookie.slice('session='.length), account.password]) {
      expect(first.output() + second.output()).not.toContain(hidden)
    }
  })

  it.skipIf(!hasCurl).each(['sqlite', 'memory', 'sealed'])(
    'prints lines that work in a shell, one after another, with the store %s (needs curl)',
    { timeout: 60_000 },
    async (store) => {
      const { output, stop } = await start([], await freePort(), { LATCHKEY_STORE: store })
      const lines = output()
        .split('\n')
        .filter((line) => /^(?:curl|for GUESS|TOKEN=|REFRESH=|KEY=|RESET=)/.test(line))
      await writeFile(join(folder, 'try.sh'), lines.map((line) => line.replace('curl -i', 'curl -sS -i')).join('\n'))
      const shell = spawn('sh', [join(folder, 'try.sh')], { stdio: ['ignore', 'pipe', 'pipe'] })
      let printed = ''
      shell.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()))
      shell.stderr.on('data', (chunk: Buffer) => (printed += chunk.toString()))
      await once(shell, 'close')
      const statuses = [...printed.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status))
      const tokens = store === 'sealed' ? [] : [200, 200]
      expect(statuses).toEqual(
        [201, 200, 204, 200, 200, tokens, 201, 200, 200, 403, 204, 204, 204, 204, 401, 202, 204].flat(),
      )
      expect(printed).toContain('{"theme":"dark"}')
      expect(printed).toContain(`${'401\n'.repeat(10)}429\n`)
      expect(await stop()).toBe(0)
    },
  )

  it('says in one line that the port is taken', async () => {
    const { port, free } = await takePort()
    const { code, line } = await fail([], { PORT: String(port) })
    await free()
    expect(code).toBe(1)
    expect(line).toMatch(new RegExp(`^Port ${port} is taken: [^\\n]+\\n$`))
  })

  it.each([
    [['--adapter=koa'], {}, /^There is no adapter "koa": take one of hono, express, node\n$/],
    [[], { LATCHKEY_STORE: 'disk' }, /^There is no store "disk": take one of memory, sqlite, [^\n]+\n$/],
    [[], { PORT: 'eighty' }, /^PORT must be a whole number from 1 to 65535, not "eighty"\n$/],
  ])('says in one line what is wrong with %j %j', async (args, env, expected) => {
    const { code, line } = await fail(args, env)
    expect(code).toBe(2)
    expect(line).toMatch(expected)
  })

  it.each([
    // Nothing listens on port 1.
    ['postgres', 'postgres://root:hidden@127.0.0.1:1/test'],
    ['mysql', 'mysql://root:hidden@127.0.0.1:1/test'],
    ['redis', 'redis://:hidden@127.0.0.1:1'],
  ])('says in one line that %s is out of reach, and ends', async (store, url) => {
    const env = { LATCHKEY_STORE: store, LATCHKEY_STORE_URL: url, PORT: String(await freePort()) }
    const { code, line } = await fail([], env)
    expect(code).toBe(1)
    expect(line).toMatch(new RegExp(`^The store ${store} cannot be used: [^\\n]*ECONNREFUSED[^\\n]*\\n$`))
    expect(line).not.toContain('hidden')
  })

  it('says in one line that the folder cannot be used', async () => {
    await writeFile(join(folder, 'file'), '')
    const { code, line } = await fail([], {
      LATCHKEY_DATA: join(folder, 'file', 'data'),
      PORT: String(await freePort()),
    })
    expect(code).toBe(1)
    expect(line).toMatch(/^ENOTDIR: [^\n]+\n$/)
  })
})
