import { expect, it, vi } from 'vitest'

const VALUES = { a: 1 }
const PASSWORD = { id: 1, text: 'z3Qp7Xv1LkT9wYb5RnC2dGh8JmF4sA6uEo0iHqBxVtM' }

it('seals at once where there is a node:crypto, and by iron-session elsewhere; each opens what the other made', async () => {
  const { platformBox: here } = await import('./platform-box.ts')
  const { parseSealText } = await import('./seal-text.ts')
  vi.stubGlobal('process', { ...process, getBuiltinModule: undefined })
  vi.resetModules()
  const { platformBox: elsewhere } = await import('./platform-box.ts')
  vi.unstubAllGlobals()

  const ours = here.seal(VALUES, PASSWORD, 60)
  const theirs = elsewhere.seal(VALUES, PASSWORD, 60)
  expect(ours).toBeTypeOf('string')
  expect(theirs).toBeInstanceOf(Promise)
  for (const [text, box] of [
    [await ours, elsewhere],
    [await theirs, here],
  ] as const) {
    const seal = parseSealText(text)
    expect(seal && (await box.unseal(seal, PASSWORD))).toEqual(VALUES)
  }
})
