import { describe, expect, it } from 'vitest'
import { anchors, codeBlocks, docblockText, linkTargets } from './markdown.ts'

const FENCE = '`'.repeat(3)

describe('codeBlocks()', () => {
  it('gives the language, the line and the text of each block', () => {
    const text = `# Title\n\n${FENCE}ts\n/**\n * Kept.\n */\n${FENCE}\n\n${FENCE}\nplain\n${FENCE}\n`
    expect(codeBlocks(text)).toEqual([
      { language: 'ts', line: 4, code: '/**\n * Kept.\n */\n' },
      { language: '', line: 10, code: 'plain\n' },
    ])
  })
})

describe('docblockText()', () => {
  it('keeps the text of docblocks on its lines, and nothing else', () => {
    const source = `const a = 1\n/**\n * Text.\n *\n * ${FENCE}ts\n *   indented()\n * ${FENCE}\n */\nconst b = 2 * a\n`
    expect(codeBlocks(docblockText(source))).toEqual([{ language: 'ts', line: 6, code: '  indented()\n' }])
    expect(docblockText(source).split('\n')).toHaveLength(source.split('\n').length)
  })

  it('ends at the end of a docblock of one line', () => {
    expect(docblockText('/** One. */\nconst a = 1')).not.toContain('const')
  })
})

describe('linkTargets()', () => {
  it('finds inline and reference links, and none in code', () => {
    const text = `[a](docs/a.md#b "title") ![i](i.png)\n\n[r]: ./r.md\n\n\`[x](no.md)\`\n\n${FENCE}\n[y](no.md)\n${FENCE}\n`
    expect(linkTargets(text)).toEqual(['docs/a.md#b', 'i.png', './r.md'])
  })
})

describe('anchors()', () => {
  it('makes them as the usual renderers do', () => {
    expect(anchors(`# Start here\n\n## What \`auth.login()\` does, and why\n`)).toEqual([
      'start-here',
      'what-authlogin-does-and-why',
    ])
  })
})
