// Builds what is out of date, then runs the command line: `node scripts/run-built.mjs serve|demo …`.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..')
const FLOOR = [20, 19]

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < FLOOR[0] || (major === FLOOR[0] && minor < FLOOR[1])) {
  console.error(
    `Stoa needs Node ${FLOOR.join('.')} or newer; this is ${process.versions.node}. Install a newer Node and run this again.`,
  )
  process.exit(1)
}
if (!existsSync(join(ROOT, 'node_modules'))) {
  console.error('The dependencies are not installed. Run "npm install" here, then this again.')
  process.exit(1)
}

/** Time of the newest file below a folder, in ms. */
function newest(folder) {
  let latest = 0
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    latest = Math.max(latest, entry.isDirectory() ? newest(path) : statSync(path).mtimeMs)
  }
  return latest
}

function isStale(name, product) {
  const built = join(ROOT, 'packages', name, 'dist', product)
  return !existsSync(built) || statSync(built).mtimeMs < newest(join(ROOT, 'packages', name, 'src'))
}

function build(label, command, args) {
  const startedAt = Date.now()
  process.stderr.write(`building ${label} … `)
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: ROOT, encoding: 'utf8' })
  if (status !== 0) {
    process.stderr.write(`failed\n${stdout}${stderr}\n`)
    process.exit(1)
  }
  process.stderr.write(`${((Date.now() - startedAt) / 1000).toFixed(1)} s\n`)
}

const bin = (name) => join(ROOT, 'node_modules/.bin', name)
const packages = ['git', 'xet', 'formats', 'contracts', 'sdk', 'server', 'testkit', 'cli']
if (packages.some((name) => isStale(name, '.tsbuildinfo'))) {
  build('server', bin('tsc'), ['-b'])
  build('database template', process.execPath, [join(ROOT, 'packages/server/dist/build-template.js')])
}
const bundle = join(ROOT, 'packages/cli/dist/bundle/main.mjs')
const compiledAt = Math.max(
  ...packages.map((name) => statSync(join(ROOT, 'packages', name, 'dist/.tsbuildinfo')).mtimeMs),
)
if (!existsSync(bundle) || statSync(bundle).mtimeMs < compiledAt)
  build('one file of many', process.execPath, [join(ROOT, 'scripts/bundle-server.mjs')])
const servesPages = ['serve', 'demo'].includes(process.argv[2] ?? '')
if (servesPages && isStale('web', 'site/index.html'))
  build('pages', process.execPath, [bin('vite'), 'build', 'packages/web', '--logLevel', 'warn'])

await import(bundle)
