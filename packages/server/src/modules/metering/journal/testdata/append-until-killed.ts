/** Appends calls as fast as the disk acknowledges them and prints how many are durable; killed from outside by the journal's test. */
import { JournalWriter, subjectRef } from '../writer.js'

const [folder = '', journalId = ''] = process.argv.slice(2)
const writer = new JournalWriter({ folder, journalId, now: () => performance.now() })
const who = subjectRef({
  payerId: 'p',
  userId: 'u',
  tokenId: null,
  resource: 'repo:a/b',
  endpointId: null,
  listingId: null,
  planVersionId: null,
  currency: null,
  sellerId: null,
  feePpm: 0,
  budgetIds: [],
  watchIds: [],
})
let count = 0
for (;;) {
  let last: Promise<void> = Promise.resolve()
  for (let i = 0; i < 50; i++) {
    const outputTokens = count
    count += 1
    last = writer.append(who, {
      admittedMs: 1,
      latencyMs: 1,
      inputTokens: 1,
      cachedInputTokens: 0,
      outputTokens,
      boundMicros: 1n,
      costMicros: 1n,
      requestId: `r${outputTokens}`,
    })
  }
  await last
  process.stdout.write(`${count}\n`)
}
