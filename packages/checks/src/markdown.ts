/**
 * Finds the code blocks and the links of a Markdown file, and the code blocks of docblocks.
 *
 * @module
 */

/** A fenced block of code. */
export interface CodeBlock {
  /** What stands after the opening fence, such as `ts`. */
  readonly language: string
  /** The line of its first line of code, from 1. */
  readonly line: number
  /** Its text. */
  readonly code: string
}

/** Lists the fenced blocks of a Markdown text. */
export function codeBlocks(text: string): readonly CodeBlock[] {
  const blocks: CodeBlock[] = []
  let open: { language: string; line: number; code: string[] } | undefined
  for (const [index, line] of text.split('\n').entries()) {
    const fence = /^\s*```(.*)$/.exec(line)
    if (fence === null) open?.code.push(line)
    else if (open === undefined) open = { language: (fence[1] ?? '').trim(), line: index + 2, code: [] }
    else {
      blocks.push({ ...open, code: `${open.code.join('\n')}\n` })
      open = undefined
    }
  }
  return blocks
}

/** Takes the text of the docblocks out of a source; every other line becomes empty, so that line numbers stay. */
export function docblockText(source: string): string {
  let inside = false
  const lines = source.split('\n').map((line) => {
    if (/^\s*\/\*\*/.test(line)) inside = true
    const text = inside ? line.replace(/^\s*(\/\*)?\* ?/, '') : ''
    if (line.includes('*/')) inside = false
    return text
  })
  return lines.join('\n')
}

/** Lists the targets of the links of a Markdown text, code left out. */
export function linkTargets(text: string): readonly string[] {
  const prose = text.replaceAll(/^\s*```[^]*?^\s*```/gm, '').replaceAll(/`[^`\n]*`/g, '')
  return [...prose.matchAll(/\]\(([^)\s]+)[^)]*\)|^\[[^\]]+\]:\s*(\S+)/gm)].map((match) => match[1] ?? match[2] ?? '')
}

/** Lists the anchors that the headings of a Markdown text make. */
export function anchors(text: string): readonly string[] {
  const headings = text.replaceAll(/^\s*```[^]*?^\s*```/gm, '').matchAll(/^#{1,6} (.+)$/gm)
  return [...headings].map((match) =>
    (match[1] ?? '')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}
