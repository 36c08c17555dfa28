import { describe, expect, it } from 'vitest'
import type { CaseFigures, SubjectFigures } from './measuring.ts'
import { figure, percent, reportCases, toMarkdown, toText } from './report.ts'

const TIMES: Readonly<Record<string, number>> = { ours: 4, floor: 2, peer: 40 }

function figures(name: string, role: 'ours' | 'floor' | 'peer'): SubjectFigures {
  const time = TIMES[name] as number
  return {
    subject: { name, role, run() {}, check() {} },
    cpu: time,
    wall: time * 10,
    ratioTo: (other) => time / (TIMES[other] as number),
  }
}

const FOUND: CaseFigures = {
  name: 'verify',
  figures: [figures('ours', 'ours'), figures('floor', 'floor'), figures('peer', 'peer')],
  control: { cpu: 1.01, wall: 0.99 },
}

describe('reportCases()', () => {
  it('gives a row for each subject, and the goal to ours', () => {
    const goal = { words: '<= 3x floor, <= 0.2x peer', floor: 3, peers: { peer: 0.2 } }
    const { rows } = reportCases('tokens', 'Tokens', [{ figures: FOUND, goal }])
    expect(rows).toEqual([
      {
        group: 'tokens',
        case: 'verify',
        subject: 'ours',
        us_main_cpu: 4,
        ratio_to_floor: 2,
        ratio_to_peer: 0.1,
        goal: goal.words,
        met: true,
        value: 40,
        unit: 'us wall',
        measured: '2.00x floor, 0.100x peer',
      },
      expect.objectContaining({ subject: 'floor', ratio_to_floor: null, ratio_to_peer: null, goal: null, met: null }),
      expect.objectContaining({ subject: 'peer', ratio_to_floor: 20, met: null }),
    ])
  })

  it.each([
    [{ words: '', floor: 1.5 }, false],
    [{ words: '', floor: 2 }, true],
    [{ words: '', peers: { peer: 0.05 } }, false],
    [{ words: '', cpu: 3 }, false],
    [{ words: '', added: 1.9 }, false],
    [{ words: '', added: 2 }, true],
    [{ words: '', cpu: 4, floor: 2, peers: { peer: 0.1 } }, true],
  ])('judges the goal %j: %s', (goal, met) => {
    expect(reportCases('g', 't', [{ figures: FOUND, goal }]).rows[0]?.met).toBe(met)
  })

  it('shows the control in each case', () => {
    const [table] = reportCases('g', 't', [{ figures: FOUND }]).tables
    expect(table?.body.at(-1)?.slice(0, 4)).toEqual(['verify', 'control: ours again', '', '1.01'])
  })
})

describe('figures', () => {
  it.each([
    [0, '0'],
    [0.1234, '0.123'],
    [12.345, '12.3'],
    [123.45, '123'],
    [Infinity, '-'],
    [Number.NaN, '-'],
  ])('%d is %s', (value, expected) => {
    expect(figure(value)).toBe(expected)
  })

  it('a share is in whole percents', () => {
    expect([0, 0.005, 0.666, 1].map(percent)).toEqual(['0 %', '1 %', '67 %', '100 %'])
  })
})

describe('tables', () => {
  const table = { title: 'Title', head: ['a', 'b'], body: [['x|y', '1']], note: 'A note.' }

  it('are Markdown', () => {
    expect(toMarkdown(table)).toBe(
      ['### Title', '', 'A note.', '', '| a | b |', '|---|--:|', String.raw`| x\|y | 1 |`].join('\n'),
    )
  })

  it('are text', () => {
    expect(toText(table)).toBe(['Title', 'A note.', '', 'a    b', 'x|y  1'].join('\n'))
  })
})
