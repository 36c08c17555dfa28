import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { readRows } from '../documents.ts'
import { NO_FIGURES, type Row } from '../report.ts'
import { calculateSizing, placeSizing } from './sizing.ts'

const DOCS = join(import.meta.dirname, '../../../../docs')

const row = (group: string, name: string, value: number): Row => ({
  group,
  case: name,
  subject: 'latchkey',
  ...NO_FIGURES,
  value,
})

it('multiplies what was measured, and has a dash for what was not', () => {
  const sizing = calculateSizing([
    row('growth', 'Redis: one session', 2 ** 30 / 1e6),
    row('scale', 'Redis, 1 process: one request', 144),
  ])
  expect(sizing).toContain('are 69444 requests a second')
  expect(sizing).toContain('| Redis | 1074 | 100 | 144 | 10.0 |')
  expect(sizing).toContain('| PostgreSQL | - | - | - | - |')
})

it('is put between its marks, again and again', () => {
  const document = 'a\n\n<!-- figures: written by npm run bench -->\n<!-- end of figures -->\n\nb\n'
  const once = placeSizing(document, 'old')
  expect(placeSizing(once, 'new')).toBe(once.replace('old', 'new'))
  expect(() => placeSizing('a', 'b')).toThrow('no place')
})

it('the document on scaling has the figures of the benchmarks', async () => {
  const scaling = await readFile(join(DOCS, 'scaling.md'), 'utf8')
  expect(scaling).toBe(placeSizing(scaling, calculateSizing(await readRows(DOCS))))
})
