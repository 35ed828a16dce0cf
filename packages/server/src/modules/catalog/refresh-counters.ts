import type { CatalogDeps } from './deps.js'
import { listCounted, updateCounters } from './queries/entries.js'
import { trendingScore } from './trending.js'

/** Entries counted at a time. */
const BATCH = 500

/** Brings downloads and trending scores up to date; entries whose numbers did not change are not written. Returns how many were. */
export async function refreshCounters(deps: CatalogDeps): Promise<number> {
  const now = deps.clock.now()
  let written = 0
  let after = ''
  for (;;) {
    const batch = await listCounted(deps.db, after, BATCH)
    const last = batch.at(-1)
    if (!last) return written
    after = last.repoId
    const totals = await deps.repos.sumDownloads(batch.map((entry) => entry.repoId))
    const changes = batch.flatMap((entry) => {
      const { last30Days = 0, allTime = 0 } = totals.get(entry.repoId) ?? {}
      const trending = trendingScore({ ...entry, downloads: last30Days }, now)
      const isSame = entry.downloads === last30Days && entry.downloadsAllTime === allTime && entry.trending === trending
      return isSame ? [] : [{ repoId: entry.repoId, downloads: last30Days, downloadsAllTime: allTime, trending }]
    })
    if (changes.length > 0) await deps.write((tx) => updateCounters(tx, changes))
    written += changes.length
  }
}
