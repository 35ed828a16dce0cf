import { hostname } from 'node:os'
import { FetchRefused } from '../../../kit/http/guarded-fetch.js'
import { findHead } from '../../../kit/audit/read-events.js'
import { deriveKey, unseal } from '../../../kit/seal.js'
import { viewEvents } from '../audit/search-events.js'
import type { GovernanceDeps } from '../deps.js'
import { advanceStream, listStreams, type StreamRow } from '../queries/streams.js'
import { sendEvents, type Ways } from './send-events.js'

const BATCH = 100
const RETRY_MS = 30_000
const ERROR_CHARS = 300
const SEAL_LABEL = 'audit-streams'

export const streamSealKey = (instanceKey: Uint8Array): Buffer => deriveKey(instanceKey, SEAL_LABEL)

/** Governance, and how receivers are reached. */
export type StreamDeps = GovernanceDeps & { readonly ways: Ways }

/** Sends every stream what it has not had; at least once, in order. */
export async function runStreams(deps: StreamDeps): Promise<void> {
  for (const stream of await listStreams(deps.db, deps.clock.now())) {
    for (let current: StreamRow | null = stream; current !== null; ) current = await sendBatch(deps, current)
  }
}

/** One batch; the stream as it is afterwards when there may be more. */
async function sendBatch(deps: StreamDeps, stream: StreamRow): Promise<StreamRow | null> {
  const head = await findHead(deps.db, stream.chain)
  if (head.seq <= stream.sentSeq) return null
  const filter = { chain: stream.chain, action: stream.action ?? undefined }
  const events = await viewEvents(deps, filter, { order: 'asc', afterSeq: stream.sentSeq, limit: BATCH })
  const now = deps.clock.now()
  const sentSeq = events.length < BATCH ? Math.max(head.seq, events.at(-1)?.seq ?? 0) : (events.at(-1)?.seq ?? head.seq)
  try {
    const secret = stream.secretSealed
      ? unseal(streamSealKey(deps.instanceKey), stream.secretSealed, stream.id).toString()
      : null
    if (events.length > 0) await sendEvents(deps.ways, stream, { events, host: hostname(), now, secret })
    await deps.write((tx) => advanceStream(tx, stream, { sentSeq, error: null, dueAt: now }))
    return events.length < BATCH ? null : { ...stream, sentSeq }
  } catch (error) {
    const text = explain(error).slice(0, ERROR_CHARS)
    const dueAt = new Date(now.getTime() + RETRY_MS)
    await deps.write((tx) => advanceStream(tx, stream, { sentSeq: stream.sentSeq, error: text, dueAt }))
    return null
  }
}

/** What whoever runs the platform reads beside a stream that is stuck. */
function explain(error: unknown): string {
  if (!(error instanceof FetchRefused)) return error instanceof Error ? error.message : String(error)
  const { host, problem } = error
  if (problem === 'inner' || problem === 'scheme' || problem === 'port')
    return `${host} is inside this network, or is not reached over https: STOA_INNER_HOSTS opens it.`
  if (problem === 'closed')
    return `${host} is not open: this server connects to nobody that STOA_OPEN_HOSTS does not name.`
  return `${host} could not be reached (${problem}).`
}
