/**
 * Who may import whom, types included. Paths are relative to the folder in which the check runs, so that the same rules
 * judge this repository and the planted violations of `src/dependency-rules.test.ts`.
 *
 * @module
 */

/** A fixture is a part of tests: it stands beside them and is not published. */
const TEST = '\\.(test|test-d|fixture)\\.ts$'
const ENTRY_POINTS = '^packages/[^/]+/src/(index|node-sqlite)\\.ts$'
/** Tests of the example that prove something of all stores together. */
const PROOFS = '^packages/example/src/stores/.*\\.(test|fixture)\\.ts$'
/** Measures functions that are no public ones, beside those of other libraries that are. */
const INSIDE = '^packages/bench/src/sealed/bare-boxes\\.ts$'
const CORE = '^packages/core/src/'
const GROUND = `${CORE}[^/]+\\.ts$`
const ABOVE_THE_PARTS = `${CORE}(index|auth|sessions|config|session-config)\\.ts$`

/** Which packages of ours a package imports; the tests of each may import @latchkey/testing too. */
const DIRECTION = {
  core: [],
  testing: ['core'],
  node: ['core'],
  express: ['node', 'core'],
  hono: ['core'],
  kysely: ['core'],
  redis: ['core'],
  password: ['core'],
  iron: ['core'],
  flask: ['core'],
  client: [],
  cli: ['core'],
}

/** What the tests of a package import besides: an adapter, where a session has to pass through a real socket; the server's side of a client. */
const TESTED_WITH = {
  iron: ['node'],
  client: ['core'],
}

/** Third-party packages that have one place. */
const HOMES = {
  express: ['express', 'example', 'bench'],
  hono: ['hono', 'example', 'bench'],
  '@hono/node-server': ['hono', 'example', 'bench'],
  kysely: ['kysely', 'example', 'bench'],
  redis: ['redis', 'password', 'bench', 'example'],
  ioredis: ['redis', 'password', 'bench'],
  'rate-limiter-flexible': ['password', 'example'],
  'iron-session': ['iron', 'bench'],
}

const forbid = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to })
const inPackages = (names) => `^packages/(${names.join('|')})/`
const named = (dependency) => `(^|/)node_modules/(@types/)?${dependency}(/|$)`

const rules = [
  forbid('no-cycle', 'No cycles, types included.', {}, { circular: true }),
  forbid('no-unresolved', 'Every import resolves.', {}, { couldNotResolve: true }),
  forbid('no-import-of-tests', 'Nothing imports a test.', { pathNot: TEST }, { path: TEST }),

  ...Object.entries(DIRECTION).flatMap(([name, allowed]) => [
    forbid(
      `direction-${name}`,
      `@latchkey/${name} imports ${allowed.length === 0 ? 'nothing of ours' : `only ${allowed.join(', ')}`}.`,
      { path: inPackages([name]), pathNot: TEST },
      { path: '^packages/', pathNot: inPackages([name, ...allowed]) },
    ),
    forbid(
      `direction-${name}-tests`,
      `The tests of @latchkey/${name} import @latchkey/testing besides.`,
      { path: `${inPackages([name])}.*${TEST}` },
      { path: '^packages/', pathNot: inPackages([name, ...allowed, 'testing', ...(TESTED_WITH[name] ?? [])]) },
    ),
  ]),
  forbid(
    'nobody-imports-private',
    'Nothing imports the example, the checks or the benchmarks.',
    { path: '^packages/([^/]+)/' },
    { path: inPackages(['example', 'checks', 'bench']), pathNot: '^packages/$1/' },
  ),
  forbid(
    'no-deep-import',
    'Another package is imported by its public entry points.',
    { path: '^packages/([^/]+)/', pathNot: [PROOFS, INSIDE] },
    { path: '^packages/', pathNot: ['^packages/$1/', ENTRY_POINTS] },
  ),
  forbid(
    'no-relative-import-of-a-package',
    'Another package is imported by its name.',
    { path: '^packages/([^/]+)/', pathNot: [PROOFS, INSIDE] },
    { path: '^packages/', pathNot: '^packages/$1/', dependencyTypes: ['local'] },
  ),

  forbid(
    'proofs-import-fixtures',
    'The proofs that run over several packages share the fixtures of their tests, and nothing else that is not public.',
    { path: PROOFS },
    { path: '^packages/', pathNot: ['^packages/example/', ENTRY_POINTS, '\\.fixture\\.ts$'] },
  ),

  forbid(
    'benchmarks-inside-import-boxes',
    'The measurement of bare seals imports what makes and reads them, and nothing else that is not public.',
    { path: INSIDE },
    {
      path: '^packages/',
      pathNot: ['^packages/bench/', ENTRY_POINTS, '^packages/iron/src/(platform-box|seal-text)\\.ts$'],
    },
  ),

  forbid(
    'core-ground-imports-ground',
    'The files directly in core/src know no folder, but for index, auth, sessions and the two of the configuration.',
    { path: GROUND, pathNot: [ABOVE_THE_PARTS, TEST] },
    { path: CORE, pathNot: GROUND },
  ),
  forbid(
    'core-parts-below-config',
    'Only index imports auth and sessions; only these and flow import the configuration; nothing imports index.',
    { path: CORE, pathNot: [TEST, ABOVE_THE_PARTS, `${CORE}flow/`] },
    { path: ABOVE_THE_PARTS },
  ),
  forbid(
    'core-flow-below-auth',
    'A flow imports neither auth nor sessions nor index.',
    { path: `${CORE}flow/`, pathNot: TEST },
    {
      path: `${CORE}(index|auth|sessions)\\.ts$`,
    },
  ),
  forbid(
    'core-config-below-flow',
    'The configuration knows the parts, not the flows.',
    { path: `${CORE}(session-)?config\\.ts$` },
    { path: `${CORE}(flow/|(index|auth|sessions)\\.ts)` },
  ),
  ...['http', 'token', 'session'].map((part) =>
    forbid(
      `core-${part}-stands-alone`,
      `core/src/${part} imports itself and the ground: http, token and session never import each other.`,
      { path: `${CORE}${part}/`, pathNot: TEST },
      { path: CORE, pathNot: [`${CORE}${part}/`, GROUND] },
    ),
  ),
  forbid(
    'core-memory-implements-ports',
    'The memory stores know the ports, the faults, JSON, and how revocations are judged.',
    { path: `${CORE}memory/`, pathNot: TEST },
    {
      path: CORE,
      pathNot: [`${CORE}memory/`, `${CORE}(ports|token-port|revocation-port|revocation|faults|json)\\.ts$`],
    },
  ),
  forbid(
    'core-judgement-is-pure',
    'Policy, rotation, revocation and claims read no clock, no randomness and no key: values in, decision out.',
    { path: `${CORE}(session/(policy|rotation)|revocation|token/(claims|(flask-)?profile))\\.ts$` },
    {
      pathNot: [
        `${CORE}(ports|revocation-port|faults|authentication|events|json|duration|subject|base64url)\\.ts$`,
        `${CORE}(session/policy|token/(scope|profile))\\.ts$`,
      ],
    },
  ),
  forbid(
    'core-imports-no-node-module',
    'The core runs on every runtime.',
    { path: CORE, pathNot: TEST },
    { dependencyTypes: ['core'] },
  ),
  forbid(
    'client-imports-nothing',
    'The client runs in browsers and on phones, and depends on nothing.',
    { path: '^packages/client/', pathNot: TEST },
    { pathNot: '^packages/client/' },
  ),
  forbid(
    'core-imports-jose-alone',
    'The core depends on jose and on nothing else.',
    { path: CORE, pathNot: TEST },
    { path: 'node_modules/', pathNot: named('jose') },
  ),
  forbid(
    'jose-has-one-importer',
    'jose is imported where keys are imported, so that a bundler can drop it where none are.',
    { path: '^packages/', pathNot: [TEST, '^packages/bench/', `${CORE}token/key-import\\.ts$`] },
    { path: named('jose') },
  ),

  forbid(
    'iron-session-has-one-importer',
    'iron-session is imported by one file, and by the tests that compare with it.',
    { path: '^packages/', pathNot: [TEST, '^packages/bench/', '^packages/iron/src/iron-box\\.ts$'] },
    { path: named('iron-session') },
  ),

  ...Object.entries(HOMES).map(([dependency, homes]) =>
    forbid(
      `home-of-${dependency.replace('@', '').replace('/', '-')}`,
      `${dependency} is imported only in ${homes.join(' and ')}.`,
      { path: '^packages/', pathNot: inPackages(homes) },
      { path: named(dependency) },
    ),
  ),
  forbid(
    'vitest-in-tests-and-suites',
    'vitest is imported by tests, by the suites of @latchkey/testing and by the checks.',
    { path: '^packages/', pathNot: [TEST, inPackages(['testing', 'checks'])] },
    { path: named('(vitest|@vitest/[^/]+|fast-check)') },
  ),
  forbid(
    'declared-dependencies',
    'What a source imports stands in its own package.json, and not among the dev dependencies alone; that of the benchmarks may.',
    { path: '^packages/', pathNot: [TEST, '^packages/(checks|bench)/'] },
    { dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'npm-dev'], dependencyTypesNot: ['npm-peer', 'type-only'] },
  ),
  forbid(
    'declared-types',
    'A package whose types alone are imported is declared too, at least for development.',
    { path: '^packages/', pathNot: [TEST, '^packages/checks/'] },
    { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
  ),
  forbid(
    'declared-dependencies-of-tests',
    'What a test imports stands in its own package.json; the test tools stand in the root.',
    { path: `^packages/.*${TEST}`, pathNot: '^packages/checks/' },
    { dependencyTypes: ['npm-no-pkg', 'npm-unknown'], pathNot: named('(vitest|@vitest/[^/]+|fast-check)') },
  ),
]

module.exports = {
  forbidden: rules,
  options: {
    exclude: { path: '^packages/[^/]+/dist/' },
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    detectJSDocImports: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@latchkey/source', 'import', 'node', 'types', 'default'],
      extensions: ['.ts', '.mjs', '.cjs', '.js', '.d.ts'],
    },
  },
}
