import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join as joinPath } from 'node:path'
import { sql } from 'kysely'
import type { Kit } from '../../kit/kit.js'

/** What is looked through: a test server. */
interface Searched {
  readonly url: string
  readonly running: { readonly dataDir: string; readonly kit: Pick<Kit, 'db'> }
}

/** Lines that hold a marker, as text or as hexadecimal bytes. */
export function holding(text: string, mark: string): string[] {
  const hex = Buffer.from(mark).toString('hex')
  return text.split('\n').filter((line) => line.includes(mark) || line.includes(hex))
}

/** Every row of every table as text. */
export async function dumpRows({ running }: Searched): Promise<string> {
  const { db } = running.kit
  const { rows: tables } = await sql<{ name: string }>`
    select format('%I.%I', schemaname, tablename) as name from pg_tables
    where schemaname not in ('pg_catalog', 'information_schema')`.execute(db)
  const parts: string[] = []
  for (const { name } of tables) {
    const { rows } = await sql<{ row: string }>`select row_to_json(t)::text as row from ${sql.raw(name)} t`.execute(db)
    parts.push(...rows.map(({ row }) => `${name} ${row}`))
  }
  return parts.join('\n')
}

/** Files of the data folder that hold a marker; the database's own are left to `dumpRows`. */
export function filesHolding({ running }: Searched, mark: string): string[] {
  return listFiles(running.dataDir).filter((path) => holding(readFileSync(path, 'latin1'), mark).length > 0)
}

function listFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = joinPath(folder, entry.name)
    if (entry.isDirectory()) return entry.name === 'database' ? [] : listFiles(path)
    return entry.isFile() ? [path] : []
  })
}

/** Fetches the export whose link was shown; its files by name. */
export async function downloadArchive({ url }: Searched, { cookie }: { readonly cookie: string }, link: string) {
  const [id = '', secret = ''] = (link.split('#')[1] ?? '').split('.')
  const answer = await fetch(`${url}/api/v1/trust/privacy/exports/${id}/download`, {
    method: 'POST',
    headers: { cookie, 'content-type': 'application/json' },
    body: JSON.stringify({ secret }),
  })
  const type = answer.headers.get('content-type')
  return { status: answer.status, type, files: answer.ok ? unzip(Buffer.from(await answer.arrayBuffer())) : {} }
}

/** Files of an archive by name; python reads it, so that it is not our own reader that says so. */
function unzip(bytes: Buffer): Record<string, string> {
  const folder = mkdtempSync(joinPath(tmpdir(), 'stoa-export-'))
  writeFileSync(joinPath(folder, 'a.zip'), bytes)
  const script =
    'import sys,zipfile,json; z=zipfile.ZipFile(sys.argv[1]); print(json.dumps({n: z.read(n).decode() for n in z.namelist()}))'
  const text = execFileSync('python3', ['-c', script, joinPath(folder, 'a.zip')], { encoding: 'utf8' })
  rmSync(folder, { recursive: true })
  return JSON.parse(text) as Record<string, string>
}
