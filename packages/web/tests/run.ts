import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const web = fileURLToPath(new URL('..', import.meta.url))
const root = fileURLToPath(new URL('../../..', import.meta.url))

/** `STOA_CHROMIUM` names a browser elsewhere than where Debian puts it. */
const browser = process.env['STOA_CHROMIUM'] ?? '/usr/bin/chromium'

function run(command: string, args: readonly string[], cwd: string): void {
  const { status } = spawnSync(command, args, { cwd, stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}

if (!existsSync(browser)) {
  process.stderr.write(`No browser at ${browser}. Install chromium, or name one with STOA_CHROMIUM.\n`)
  process.exit(1)
}
run('npx', ['vite', 'build'], web)
run('npx', ['vitest', 'run', '--config', 'packages/web/tests/vitest.config.ts', ...process.argv.slice(2)], root)
