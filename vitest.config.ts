/**
 * How the tests run. `LATCHKEY_SERVICES=1` adds the tests that need real servers; `LATCHKEY_TEST_REPORT=<file>` adds a
 * report in JSON for a program to count.
 *
 * @module
 */

import { defineConfig, type ViteUserConfig } from 'vitest/config'
import { createSkippedReporter } from './packages/checks/src/vitest/skipped-reporter.ts'

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 22 || (major === 22 && minor < 13)) {
  console.error(
    `The tests need Node 22.13 or newer; this is ${process.version}. Use "npm test": npm scripts bring their own Node.`,
  )
  process.exit(1)
}

const report = process.env['LATCHKEY_TEST_REPORT']

const config: ViteUserConfig = defineConfig({
  // Workspace packages resolve to their sources, so that no test runs an old build.
  ssr: { resolve: { conditions: ['@latchkey/source', 'module', 'node', 'development|production'] } },
  test: {
    include: ['packages/*/src/**/*.test.ts'],
    setupFiles: ['packages/checks/src/vitest/setup.ts'],
    // A loaded machine is slow, not wrong.
    testTimeout: 20_000,
    hookTimeout: 60_000,
    reporters: ['default', createSkippedReporter(), ...(report ? ['json'] : [])],
    ...(report ? { outputFile: { json: report } } : {}),
    typecheck: {
      enabled: true,
      include: ['packages/*/src/**/*.test-d.ts'],
      checker: './node_modules/ts7/bin/tsc',
      tsconfig: './tsconfig.json',
      // Types in sources are judged by `npm run check:types`; here only type tests fail.
      ignoreSourceErrors: true,
    },
    coverage: {
      provider: 'v8',
      include: ['packages/*/src/**/*.ts'],
      exclude: ['**/*.{test,test-d,fixture}.ts', 'packages/checks/**'],
    },
  },
})

export default config
