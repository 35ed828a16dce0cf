import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { spawnSync } from 'node:child_process'
import { ROOT } from './report.js'

/** `npm run bench [name…]`: every benchmark, one process each, so that none warms or fills the next. */
/** `npm run bench:hub`: the speeds that the hub promises. */
const GROUPS: Readonly<Record<string, readonly string[]>> = { hub: ['download', 'git', 'upload'] }
const wanted = process.argv.slice(2).flatMap((name) => GROUPS[name] ?? [name])
const names = readdirSync(join(ROOT, 'bench'))
  .filter((name) => name.endsWith('.bench.ts'))
  .map((name) => name.replace('.bench.ts', ''))
  .filter((name) => wanted.length === 0 || wanted.includes(name))

let failed = 0
for (const name of names) {
  const { status } = spawnSync(
    process.execPath,
    ['--conditions=source', '--import', 'tsx', join(ROOT, `bench/${name}.bench.ts`)],
    {
      stdio: 'inherit',
      cwd: ROOT,
    },
  )
  if (status !== 0) failed += 1
}
console.log(`\nbenchmarks: ${names.length - failed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
