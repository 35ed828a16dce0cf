import type { GateDeps } from './deps.js'
import { digestLetter, type GateNews, type NoticeReader } from './notice-letters.js'
import { listUntold, markTold } from './queries.js'
import { findReaders } from './tell-owner.js'

const DAY_MS = 24 * 3_600_000
/** What nobody could be told of within these is told of no more. */
const TELL_WITHIN_MS = 7 * DAY_MS
const MAX_REPOS = 10_000

interface Digest {
  readonly reader: NoticeReader
  readonly news: GateNews[]
}

/** Tells owners once a day of those who asked, one letter an address. */
export function scheduleDigests(deps: GateDeps): void {
  deps.jobs.repeat('gates.sendDigests', DAY_MS, ({ signal }) => sendDigests(deps, signal))
}

async function sendDigests(deps: GateDeps, signal: AbortSignal): Promise<void> {
  const upTo = deps.clock.now()
  const after = new Date(upTo.getTime() - TELL_WITHIN_MS)
  const digests = await collectDigests(deps, await listUntold(deps.db, { after, upTo }, MAX_REPOS))
  for (const { reader, news } of digests) {
    if (signal.aborted) return
    await deps.write(async (tx) => {
      const posted = await deps.mail.post(tx, [digestLetter(reader, news, deps.publicUrl())])
      if (posted.length === 0) return
      await markTold(
        tx,
        news.map(({ repo }) => repo.id),
        upTo,
        upTo,
      )
    })
  }
}

async function collectDigests(deps: GateDeps, untold: Awaited<ReturnType<typeof listUntold>>): Promise<Digest[]> {
  const digests = new Map<string, Digest>()
  for (const { repoId, pending, accepted } of untold) {
    const repo = await deps.repos.getRepo(repoId)
    if (!repo || repo.gated === 'false' || pending + accepted === 0) continue
    const { readers } = await findReaders(deps, repo)
    for (const reader of readers) {
      const key = reader.email.toLowerCase()
      const digest = digests.get(key) ?? { reader, news: [] }
      digest.news.push({ repo, pending, accepted })
      digests.set(key, digest)
    }
  }
  return [...digests.values()]
}
