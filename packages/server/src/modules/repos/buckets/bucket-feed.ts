import { refuse } from '@stoa/contracts'
import type { RepoDeps } from '../deps.js'
import { findChangeBounds, listBucketChanges } from '../queries/bucket-files.js'
import { findBucketById } from '../queries/buckets.js'
import type { Bucket, BucketChange } from './bucket.js'

export type FeedEvent =
  | { readonly name: 'ready'; readonly data: { readonly cursor: string } }
  | { readonly name: 'changes'; readonly data: { readonly cursor: string; readonly changes: readonly BucketChange[] } }
  | { readonly name: 'reset'; readonly data: { readonly reason: string } }
  | { readonly name: 'reconnect'; readonly data: { readonly cursor: string } }
  /** Shows that the stream is alive. */
  | { readonly name: 'comment' }

/** Where a follower wants to go on: after a cursor, from a time, or with what comes next. */
export interface ResumePoint {
  readonly cursor?: string | undefined
  readonly since?: string | undefined
}

export interface BucketFeed {
  /**
   * Changes of a bucket in their order, first those since the resume point. Throws `InvalidRequest` for a resume point
   * that is none and `RateLimited` when too many follow.
   */
  follow(bucket: Bucket, resume: ResumePoint): Promise<AsyncGenerator<FeedEvent>>
  /** A change was committed here. */
  wake(bucketId: string): void
  /** Ends every stream. */
  stop(): void
}

const MAX_STREAMS = 200
/** Access is checked when a stream opens; ending it this soon makes a revocation count within a minute. */
const STREAM_MS = 55_000
/** Changes made by other processes are seen this late at the most; also the beat of the comments. */
const POLL_MS = 3_000
const BATCHES = 20
const RETRY_AFTER_S = 30

type FeedDeps = Pick<RepoDeps, 'db'>

/** The change feed of buckets (hub-api-2x §5). */
export function createBucketFeed(deps: FeedDeps): BucketFeed {
  const waiting = new Map<string, Set<() => void>>()
  let streams = 0
  let isStopped = false
  const wait = async (bucketId: string): Promise<void> => {
    const here = waiting.get(bucketId) ?? new Set()
    waiting.set(bucketId, here)
    let wakeUp = (): void => {}
    const woken = new Promise<void>((resolve) => {
      wakeUp = resolve
      here.add(resolve)
    })
    const timer = setTimeout(wakeUp, POLL_MS).unref()
    await woken
    clearTimeout(timer)
    here.delete(wakeUp)
    if (here.size === 0) waiting.delete(bucketId)
  }
  const wakeAll = (bucketId: string): void => {
    for (const one of [...(waiting.get(bucketId) ?? [])]) one()
  }
  async function* stream(bucket: Bucket, start: bigint | null): AsyncGenerator<FeedEvent> {
    streams += 1
    try {
      if (start === null) yield { name: 'reset', data: { reason: 'The changes since then are no longer kept.' } }
      else yield* changesFrom(bucket.id, start)
    } finally {
      streams -= 1
    }
  }
  async function* changesFrom(bucketId: string, start: bigint): AsyncGenerator<FeedEvent> {
    const endsAt = performance.now() + STREAM_MS
    let seq = start
    let isReady = false
    while (!isStopped && performance.now() < endsAt) {
      const rows = await listBucketChanges(deps.db, bucketId, seq, BATCHES)
      for (const row of rows) {
        seq = row.seq
        yield { name: 'changes', data: { cursor: writeCursor(bucketId, seq), changes: row.changes } }
      }
      if (rows.length === BATCHES) continue
      if (!isReady) yield { name: 'ready', data: { cursor: writeCursor(bucketId, seq) } }
      else if (rows.length === 0) yield { name: 'comment' }
      isReady = true
      await wait(bucketId)
    }
    yield { name: 'reconnect', data: { cursor: writeCursor(bucketId, seq) } }
  }
  return {
    follow: async (bucket, resume) => {
      if (streams >= MAX_STREAMS) {
        throw refuse('RateLimited', undefined, {}, { headers: { 'retry-after': String(RETRY_AFTER_S) } })
      }
      return stream(bucket, await findStart(deps, bucket, resume))
    },
    wake: wakeAll,
    stop: () => {
      isStopped = true
      for (const bucketId of waiting.keys()) wakeAll(bucketId)
    },
  }
}

/** The change after which to begin; null when some of what follows is no longer kept. */
async function findStart(deps: FeedDeps, bucket: Bucket, resume: ResumePoint): Promise<bigint | null> {
  if (resume.cursor !== undefined) {
    const seq = readCursor(bucket, resume.cursor)
    const { oldest } = await findChangeBounds(deps.db, bucket.id, null)
    return seq === bucket.changeSeq || (oldest && seq >= oldest.seq - 1n) ? seq : null
  }
  if (resume.since === undefined) return (await findBucketById(deps.db, bucket.id))?.changeSeq ?? 0n
  const since = readTime(resume.since)
  const { oldest, firstSince } = await findChangeBounds(deps.db, bucket.id, since)
  if (!oldest || oldest.seq === 1n || oldest.createdAt <= since) {
    return firstSince === null ? bucket.changeSeq : firstSince - 1n
  }
  return null
}

const writeCursor = (bucketId: string, seq: bigint): string => `${bucketId}.${seq}`

function readCursor(bucket: Bucket, cursor: string): bigint {
  const match = /^([0-9a-f]{24})\.(\d{1,18})$/.exec(cursor)
  const seq = match ? BigInt(match[2] as string) : 0n
  if (match?.[1] !== bucket.id || seq > bucket.changeSeq) {
    throw refuse('InvalidRequest', 'This cursor is not one of this bucket.')
  }
  return seq
}

function readTime(text: string): Date {
  const time = new Date(/^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)$/.test(text) ? text : Number.NaN)
  if (Number.isNaN(time.getTime())) throw refuse('InvalidRequest', 'The time is written as 2026-11-21T12:00:00.000Z.')
  return time
}
