import { setTimeout as rest } from 'node:timers/promises'
import { DEFAULT_PACK_LIMITS, encodeCommit, encodePack, encodeTree, hashObject, type ObjectType } from '@stoa/git'
import { inspectPack } from './check-incoming.js'
import { memorySource } from './spool.js'

/** A start has more urgent things to do before this has passed. */
const WAIT_MS = 2_000
/** Between two steps, each of a few milliseconds, requests come first. */
const REST_MS = 15
const FOLDERS = 4
const FOLDER_FILES = 100
/** Enough for the engine to compile what reads 400 objects a pass: half a second of work in all. */
const PASSES = 120

/**
 * Checks a made-up pack again and again, in small steps, from soon after the start: the engine runs this code three times as
 * slowly until it has seen much of it, and the first large pushes would wait for that. Ends when `signal` says so.
 */
export async function warmCheck(signal: AbortSignal, { waitMs = WAIT_MS, passes = PASSES } = {}): Promise<void> {
  const pause = (ms: number): Promise<unknown> => rest(ms, undefined, { ref: false, signal })
  try {
    await pause(waitMs)
    const { pack, tip } = makePack()
    for (let pass = 0; pass < passes; pass++) {
      const steps = inspectPack(memorySource(pack), DEFAULT_PACK_LIMITS, { tips: [tip] })
      for (let step = steps.next(); !step.done; step = steps.next()) await pause(REST_MS)
      await pause(REST_MS)
    }
  } catch (error) {
    if (!signal.aborted) throw error
  }
}

/** A commit with a few folders of small files, as pushes bring them. */
function makePack(): { readonly pack: Buffer; readonly tip: string } {
  const objects: { readonly type: ObjectType; readonly data: Buffer }[] = []
  const add = (type: ObjectType, data: Buffer): string => {
    objects.push({ type, data })
    return hashObject(type, data)
  }
  const folders = Array.from({ length: FOLDERS }, (_, folder) => {
    const files = Array.from({ length: FOLDER_FILES }, (_, file) => {
      const text = `${folder} ${file} ${'a line of text\n'.repeat(1 + (file % 40))}`
      return { mode: '100644', name: `file-${file}.json`, oid: add('blob', Buffer.from(text)) }
    })
    return { mode: '40000', name: `folder-${folder}`, oid: add('tree', encodeTree(files)) }
  })
  const who = { name: 'stoa', email: 'stoa@localhost', seconds: 0, zone: '+0000' }
  const tree = add('tree', encodeTree(folders))
  const commit = encodeCommit({ tree, parents: [], author: who, committer: who, message: 'warm\n' })
  const tip = add('commit', commit)
  return { pack: encodePack(objects), tip }
}
