import { join } from 'node:path'
import type { Kit } from '../../../kit/kit.js'
import { checkIncoming } from '../check-incoming.js'
import type { KeptGit } from '../roots.js'
import type { OidSet } from '../oid-set.js'
import type { PackUpload } from '../pack-upload.js'
import { insertPack, type PackRow } from '../queries/objects.js'
import { Spool } from '../spool.js'
import { streamPack } from '../write-pack.js'
import { deleteObjects, deletePacks, endEpoch, readGitState } from '../queries/garbage.js'
import { lookAtObjects, type ObjectLook } from './look-at-objects.js'
import { reachObjects } from './reach-objects.js'

type RemoveDeps = Pick<Kit, 'db' | 'write' | 'blobs' | 'clock' | 'ids' | 'dataDir'>

/**
 * Removes what nothing reaches and what was condemned before a time; the ids that went. What anything younger names stays
 * with it, so that no object ever stands without what it names. When the repository was written to since the look, nothing
 * is done: a later look decides.
 */
export async function removeObjects(
  deps: RemoveDeps,
  git: KeptGit,
  repoId: string,
  before: Date,
): Promise<readonly string[]> {
  const { storage } = git
  const look = await lookAtObjects(deps, git, repoId)
  if (look === null) return []
  const doomed = await findDoomed(storage, repoId, look, before)
  if (doomed.length === 0) return []
  const gone = new Set(doomed)
  const rewritten = await rewritePacks(deps, storage, repoId, look.packs, gone)
  try {
    const isDone = await deps.write(async (tx) => {
      await storage.lock(tx, repoId)
      const now = await readGitState(tx, repoId)
      // Taking the lock counted as one write.
      if (now === null || now.version !== look.state.version + 1n || now.epoch !== look.state.epoch) return false
      for (const { pack } of rewritten) if (pack) await insertPack(tx, pack)
      await deletePacks(
        tx,
        rewritten.map(({ old }) => old.id),
      )
      await deleteObjects(tx, repoId, doomed)
      await endEpoch(tx, repoId)
      return true
    })
    if (!isDone) await discard(rewritten)
    storage.forget(repoId, doomed)
    return isDone ? doomed : []
  } catch (error) {
    storage.forget(repoId, doomed)
    throw error
  }
}

async function findDoomed(
  storage: KeptGit['storage'],
  repoId: string,
  { reached, unreached, condemned }: ObjectLook,
  before: Date,
): Promise<string[]> {
  const isDue = (oid: string): boolean => {
    const at = condemned.get(oid)
    return at !== undefined && at <= before
  }
  const young = [...unreached.keys()].filter((oid) => !isDue(oid))
  const kept: OidSet = await reachObjects(storage.reader, repoId, young, reached)
  return [...unreached.keys()].filter((oid) => !kept.has(oid))
}

interface Rewritten {
  readonly old: PackRow
  /** What takes its place; null when nothing of it stays. */
  readonly pack: PackRow | null
  readonly upload: PackUpload | null
}

const discard = async (rewritten: readonly Rewritten[]): Promise<void> => {
  for (const { upload } of rewritten) await upload?.discard()
}

async function rewritePacks(
  deps: RemoveDeps,
  storage: KeptGit['storage'],
  repoId: string,
  packs: readonly PackRow[],
  gone: ReadonlySet<string>,
): Promise<Rewritten[]> {
  const rewritten: Rewritten[] = []
  try {
    for (const old of packs) {
      const index = await storage.files.index(old)
      const ranks = Array.from({ length: index.count }, (_, rank) => rank).filter(
        (rank) => !gone.has(index.oidAt(rank)),
      )
      if (ranks.length === index.count) continue
      const places = ranks.map((rank) => index.placeOf(rank))
      const made = places.length === 0 ? null : await writePack(deps, storage, repoId, { pack: old, places })
      rewritten.push({ old, pack: made?.pack ?? null, upload: made?.upload ?? null })
    }
    return rewritten
  } catch (error) {
    await discard(rewritten)
    throw error
  }
}

/** Writes a part of a pack as a pack of its own, which is checked like one that was sent. */
async function writePack(
  deps: RemoveDeps,
  storage: KeptGit['storage'],
  repoId: string,
  share: Parameters<typeof streamPack>[2]['shares'][number],
): Promise<{ pack: PackRow; upload: PackUpload }> {
  const plan = { objectCount: share.places?.length ?? 0, shares: [share], rows: [] }
  const spool = new Spool(join(deps.dataDir, 'scratch'), `collect-${deps.ids.next()}.pack`, storage.room)
  let spooled: Awaited<ReturnType<Spool['finish']>> | null = null
  try {
    for await (const bytes of streamPack({ storage, db: deps.db }, repoId, plan)) await spool.add(bytes)
    spooled = await spool.finish()
    const { count, index } = await checkIncoming(spooled, { repoId, tips: [], turns: storage.checks })
    const upload = storage.writer.upload(spooled)
    return { pack: await upload.finish(repoId, count, index), upload }
  } finally {
    if (spooled) await spooled.discard()
    else await spool.abort()
  }
}
