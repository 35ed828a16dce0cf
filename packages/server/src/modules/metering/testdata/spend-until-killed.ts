/** One server process of metering alone: admits and settles calls as fast as it can until it is killed from outside. */
import { createTestAudit } from '../../../kit/audit/test-audit.js'
import { openBlobs } from '../../../kit/blobs/open.js'
import { systemClock } from '../../../kit/clock.js'
import { openDatabase } from '../../../kit/db/database.js'
import { createEvents } from '../../../kit/events/events.js'
import { createIds } from '../../../kit/ids.js'
import { createLog } from '../../../kit/log.js'
import { createNode } from './create-node.js'

const CALLERS = 32
const [dataDir = '', databaseUrl = '', payerId = '', resource = '', round = ''] = process.argv.slice(2)
const log = createLog()
const database = await openDatabase({
  databaseUrl: databaseUrl === '' ? null : databaseUrl,
  embeddedDir: `${dataDir}/database`,
  log,
})
const blobs = await openBlobs(null, dataDir)
const base = { db: database.db, write: database.write, clock: systemClock, log, audit: createTestAudit() }
const events = createEvents(base)
const accounts = { findAccount: () => Promise.resolve(null), getAccount: () => Promise.reject(new Error('not here')) }
const metering = createNode({ ...base, blobs, events, ids: createIds(systemClock), dataDir, accounts })
await metering.start()

let acknowledged = 0
let started = 0
const subject = { payerId, userId: payerId, tokenId: null, resource }
const call = async (): Promise<void> => {
  const index = started++
  const terms = await metering.gate.terms(subject)
  const [inputTokens, outputTokens] = [1000 + (index % 997), index % 91]
  const held = await metering.gate.reserve(terms, terms.worstCaseMicros(inputTokens, 100))
  const usage = { requestId: `${round}.${index}`, inputTokens, cachedInputTokens: index % 13, outputTokens, latencyMs: 3 }
  await metering.gate.settle(held, { ...usage, endpointId: null }).durable
  acknowledged += 1
}
for (let caller = 0; caller < CALLERS; caller++) {
  void (async () => {
    for (;;) await call()
  })()
}
setInterval(() => void metering.foldNow().catch((error: unknown) => log.error('fold failed', error)), 70)
setInterval(() => process.stdout.write(`${acknowledged}\n`), 10)
