import { createHash } from 'node:crypto'
import { writeZip, type ZipSource } from '@stoa/formats'
import { type EventFilter, listEvents } from '../../../kit/audit/read-events.js'
import { PLATFORM_CHAIN } from '../../../kit/audit/audit.js'
import { listPersonRows, loadRegister } from '../../../kit/privacy/person-data.js'
import type { RegisteredTable } from '../../../kit/privacy/register.js'
import type { GovernanceDeps } from '../deps.js'

type ExportDeps = Pick<GovernanceDeps, 'clock' | 'db'>
const BATCH = 500

/** A copy of what is kept about a person, as a ZIP archive in pieces. */
export function exportPerson(deps: ExportDeps, userId: string): AsyncGenerator<Buffer> {
  return writeZip(listFiles(deps, userId))
}

/** One file of JSON Lines per section, then what each section means, then the digests of all. */
async function* listFiles(deps: ExportDeps, userId: string): AsyncGenerator<ZipSource> {
  const register = await loadRegister(deps.db)
  const digests: Record<string, { sha256: string; sizeBytes: number }> = {}
  const counted = (name: string, pieces: AsyncIterable<Buffer>): ZipSource => ({
    name,
    pieces: digest(pieces, (sha256, sizeBytes) => {
      digests[name] = { sha256, sizeBytes }
    }),
  })
  const sections = [...new Set(register.flatMap((table) => table.section ?? []))].sort()
  for (const section of sections.filter((one) => one !== 'audit')) {
    const tables = register.filter((table) => table.section === section)
    yield counted(`${section.replaceAll(' ', '-')}.jsonl`, sectionLines(deps, tables, userId))
  }
  yield counted('audit.jsonl', ownEvents(deps, userId))
  yield counted('README.md', once(describeSections(register, sections)))
  yield {
    name: 'manifest.json',
    pieces: once(`${JSON.stringify({ format: 'stoa-person/1', madeAt: deps.clock.now(), files: digests }, null, 2)}\n`),
  }
}

async function* sectionLines(
  deps: ExportDeps,
  tables: readonly RegisteredTable[],
  userId: string,
): AsyncGenerator<Buffer> {
  for await (const { table, rows } of listPersonRows(deps.db, tables, userId)) {
    yield Buffer.from(rows.map((row) => `${JSON.stringify({ table, ...row }, writeBigint)}\n`).join(''))
  }
}

/** What the person did, as the chain of the platform has it; those of organisations are theirs. */
async function* ownEvents(deps: ExportDeps, userId: string): AsyncGenerator<Buffer> {
  const filter: EventFilter = { chain: PLATFORM_CHAIN, actorId: userId }
  for (let after = 0; ; ) {
    const events = await listEvents(deps.db, filter, { order: 'asc', afterSeq: after, limit: BATCH })
    yield Buffer.from(
      events.map(({ ts, action, target, outcome }) => `${JSON.stringify({ ts, action, target, outcome })}\n`).join(''),
    )
    if (events.length < BATCH) return
    after = events.at(-1)?.seq ?? after
  }
}

function describeSections(register: readonly RegisteredTable[], sections: readonly string[]): string {
  const parts = sections.map((section) => {
    const lines = register
      .filter((table) => table.section === section)
      .flatMap((table) => table.columns.filter((column) => column.class !== 'none' && column.class !== 'secret'))
      .map((column) => `- \`${column.name}\`: ${column.purpose}; kept for ${column.retain}; ${column.basis}`)
    return `## ${section}\n\n${[...new Set(lines)].join('\n')}\n`
  })
  return `# What this platform keeps about you\n\nOne JSON object a line. Hashes of secrets and other people's data are left out; files of repositories are downloaded from their pages.\n\n${parts.join('\n')}`
}

async function* once(text: string): AsyncGenerator<Buffer> {
  yield Buffer.from(text)
}

async function* digest(
  pieces: AsyncIterable<Buffer>,
  done: (sha256: string, sizeBytes: number) => void,
): AsyncGenerator<Buffer> {
  const hash = createHash('sha256')
  let sizeBytes = 0
  for await (const piece of pieces) {
    hash.update(piece)
    sizeBytes += piece.length
    yield piece
  }
  done(hash.digest('hex'), sizeBytes)
}

const writeBigint = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? value.toString() : value)
