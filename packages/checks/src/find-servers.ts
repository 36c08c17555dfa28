/**
 * Looks whether the servers answer that the tests of `npm run test:services` need, and names each that does not. With
 * names as arguments, only those. Exits with 1 when one is missing.
 *
 * @module
 */

import { connect } from 'node:net'

/** The servers, where the tests look for each, and how to say otherwise. */
const SERVERS = [
  { name: 'PostgreSQL', variable: 'LATCHKEY_POSTGRES_URL', address: 'postgres://root@127.0.0.1:5432/test' },
  { name: 'MariaDB', variable: 'LATCHKEY_MYSQL_URL', address: 'mysql://root@127.0.0.1:3306/test' },
  { name: 'Redis', variable: 'LATCHKEY_REDIS_URL', address: 'redis://127.0.0.1:6379' },
] as const

function answers(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 2000 })
    const finish = (result: boolean): void => {
      socket.destroy()
      resolve(result)
    }
    socket.on('connect', () => finish(true))
    socket.on('error', () => finish(false))
    socket.on('timeout', () => finish(false))
  })
}

const names = process.argv.slice(2)
for (const { name, variable, address } of SERVERS) {
  if (names.length > 0 && !names.includes(name)) continue
  const { hostname, port } = new URL(process.env[variable] ?? address)
  if (await answers(hostname, Number(port))) continue
  process.exitCode = 1
  console.error(`${name} does not answer at ${hostname}:${port}. Start it, or set ${variable} (default ${address}).`)
}
