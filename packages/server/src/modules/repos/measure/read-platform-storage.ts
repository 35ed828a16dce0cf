import type { getPlatformStorage, ResponseOf } from '@stoa/contracts'
import { showCollection } from '../collect/run-collection.js'
import type { RepoDeps } from '../deps.js'
import { listCollections } from '../queries/collections.js'
import { listLargestAccounts, sumStorage } from '../queries/storage-facts.js'
import { MAX_ATTEMPTS } from '../xet/move-to-chunks.js'
import { showStorage } from './measure-storage.js'

const LARGEST = 20
const LAST_RUNS = 10

/** What the platform stores in all. Bytes that accounts share are kept once, so the sum of accounts is more. */
export async function readPlatformStorage(deps: RepoDeps): Promise<ResponseOf<typeof getPlatformStorage>> {
  const sums = await sumStorage(deps.db, MAX_ATTEMPTS)
  const largest = await listLargestAccounts(deps.db, LARGEST)
  const accounts = []
  for (const { ownerId, ...facts } of largest) {
    const { name, type } = await deps.accounts.getAccount(deps.db, ownerId)
    accounts.push({ name, type, ...showStorage(facts) })
  }
  const { measuredAt: _, ...totals } = showStorage({
    logicalBytes: sums.logical,
    gitBytes: sums.git,
    uniqueBytes: sums.git + sums.whole + sums.xorbs,
    measuredAt: null,
  })
  return {
    totals,
    accounts,
    collections: (await listCollections(deps.db, LAST_RUNS)).map(showCollection),
    chunks: {
      moved: { count: Number(sums.moved), bytes: Number(sums.movedBytes) },
      waiting: { count: Number(sums.waiting), bytes: Number(sums.waitingBytes) },
      givenUp: { count: Number(sums.givenUp), bytes: Number(sums.givenUpBytes) },
    },
  }
}
