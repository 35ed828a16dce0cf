import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as contracts from '../packages/contracts/src/index.js'
import { configSchema } from '../packages/server/src/kit/config.js'
import { openApiDocument } from './openapi.js'

/** Writes docs/reference: openapi.json, errors.md, config.md. `--check` fails when a file on disk differs. */
const FOLDER = resolve(dirname(fileURLToPath(import.meta.url)), '../docs/reference')

function isRoute(value: unknown): value is contracts.Route {
  return typeof value === 'object' && value !== null && 'id' in value && 'method' in value && 'family' in value
}

/** Every route of the contracts, whether exported alone, in a list or in an object of routes. */
function allRoutes(): contracts.Route[] {
  const found = new Map<string, contracts.Route>()
  const visit = (value: unknown, depth: number): void => {
    if (isRoute(value)) found.set(value.id, value)
    else if (typeof value === 'object' && value !== null && depth < 2)
      for (const inner of Object.values(value)) visit(inner, depth + 1)
  }
  visit({ ...contracts }, -1)
  return [...found.values()].sort((left, right) => (left.id < right.id ? -1 : 1))
}

function errorTable(): string {
  const rows = Object.entries(contracts.ERRORS)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([code, { status, message }]) => `| \`${code}\` | ${status} | ${message} |`)
  return `# Errors\n\nEvery refusal the server can give. The shape depends on the protocol: see \`kit/http/dialects.ts\`.\n\n| code | status | usual text |\n|---|---|---|\n${rows.join('\n')}\n`
}

function configTable(): string {
  const rows = Object.entries(configSchema.shape).map(([name, schema]) => {
    const parsed = schema.safeParse(undefined)
    const value = parsed.success && parsed.data !== undefined ? `\`${String(parsed.data)}\`` : ''
    return `| \`${name}\` | ${value} | ${schema.description ?? ''} |`
  })
  return `# Settings\n\nRead once from the environment at start.\n\n| name | default | meaning |\n|---|---|---|\n${rows.join('\n')}\n`
}

/** One line per path: half the size of an indented document, and a changed route is one changed line. */
function linePerPath({ paths, ...rest }: ReturnType<typeof openApiDocument>): string {
  const lines = Object.entries(paths as object).map(([path, item]) => `${JSON.stringify(path)}:${JSON.stringify(item)}`)
  return `${JSON.stringify(rest).slice(0, -1)},"paths":{\n${lines.join(',\n')}\n}}\n`
}

const routes = allRoutes()
const files = {
  'openapi.json': linePerPath(openApiDocument(routes)),
  'errors.md': errorTable(),
  'config.md': configTable(),
}
const read = (name: string): string | null => {
  try {
    return readFileSync(join(FOLDER, name), 'utf8')
  } catch {
    return null
  }
}
if (process.argv.includes('--check')) {
  const stale = Object.entries(files).filter(([name, text]) => read(name) !== text)
  if (stale.length > 0) console.error(`Not up to date: ${stale.map(([name]) => name).join(', ')}. Run: npm run gen`)
  process.exit(stale.length === 0 ? 0 : 1)
}
mkdirSync(FOLDER, { recursive: true })
for (const [name, text] of Object.entries(files)) writeFileSync(join(FOLDER, name), text)
console.log(`reference: ${routes.length} routes, ${Object.keys(contracts.ERRORS).length} errors`)
