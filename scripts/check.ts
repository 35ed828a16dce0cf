import { spawnSync } from 'node:child_process'

const PURE_TESTS = ['packages/git', 'packages/xet', 'packages/formats', 'packages/contracts', 'packages/sdk', 'scripts']
const tsx = (script: string, ...args: string[]): readonly [string, readonly string[]] => [
  process.execPath,
  ['--conditions=source', '--import', 'tsx', script, ...args],
]

/** `npm run check`: format, lint, types, boundaries, generated files, names of rows, pure unit tests. Stops at the first failure. */
const STEPS: readonly (readonly [name: string, command: readonly [string, readonly string[]]])[] = [
  ['format', ['npx', ['biome', 'format', '.']]],
  ['lint', ['npx', ['oxlint', '--quiet', 'packages', 'scripts', 'conformance', 'bench']]],
  ['types', ['npx', ['tsc', '-b']]],
  ['types of scripts', ['npx', ['tsc', '-p', 'tsconfig.scripts.json']]],
  ['boundaries', tsx('scripts/check-boundaries.ts')],
  ['generated types', tsx('scripts/gen-db-types.ts', '--check')],
  ['generated reference', tsx('scripts/gen-reference.ts', '--check')],
  ['rows named by tests', tsx('scripts/rows.ts', '--check')],
  ['unit tests', ['npx', ['vitest', 'run', ...PURE_TESTS, '--reporter=dot']]],
]

const startedAt = Date.now()
for (const [name, [command, args]] of STEPS) {
  const stepAt = Date.now()
  const { status } = spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'] })
  console.log(`${status === 0 ? 'ok' : 'FAILED'}  ${name}  ${((Date.now() - stepAt) / 1000).toFixed(1)} s`)
  if (status !== 0) process.exit(1)
}
console.log(`check passed in ${((Date.now() - startedAt) / 1000).toFixed(1)} s`)
