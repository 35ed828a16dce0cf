import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** `npm run rows`: the product's charter, each row with the tests whose titles carry its id in brackets. `--check` prints wrong ids alone. */
const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..')
const TEST_FILE = /(\.test\.tsx?|\.suite\.ts|\.journey\.ts|^test_.*\.py)$/
const ROW_ID = /\[([A-Z]{1,2}\d{1,2}[a-e]?)\]/g

interface Mention {
  readonly id: string
  readonly path: string
}

function readRows(): (readonly [id: string, line: string])[] {
  const text = readFileSync(join(ROOT, 'docs/reference/rows.tsv'), 'utf8')
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return lines.map((line) => [line.split('\t')[0] ?? '', line.split('\t')[1] ?? ''])
}

function testFiles(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    if (name === 'node_modules' || name === 'dist') return []
    const path = join(folder, name)
    if (statSync(path).isDirectory()) return testFiles(path)
    return TEST_FILE.test(name) ? [path] : []
  })
}

function mentions(path: string): Mention[] {
  const matches = readFileSync(path, 'utf8').matchAll(ROW_ID)
  return [...matches].map((match) => ({ id: match[1] ?? '', path: relative(ROOT, path) }))
}

const named = ['packages', 'conformance', 'scripts'].flatMap((folder) =>
  testFiles(join(ROOT, folder)).flatMap(mentions),
)
const rows = readRows()
const begun = rows.filter(([id]) => named.some((mention) => mention.id === id))
if (!process.argv.includes('--check')) printRows()
const unknown = [...new Set(named.map((mention) => mention.id))].filter((id) => !rows.some(([row]) => row === id))
if (unknown.length > 0) {
  console.error(`Tests name rows that do not exist: ${unknown.join(', ')}`)
  process.exitCode = 1
}

function printRows(): void {
  for (const [id, line] of begun) {
    const files = [...new Set(named.filter((mention) => mention.id === id).map((mention) => mention.path))]
    console.log(`${id.padEnd(5)} ${line}\n      ${files.join('\n      ')}`)
  }
  console.log(`\n${begun.length} of ${rows.length} rows have tests that name them.`)
}
