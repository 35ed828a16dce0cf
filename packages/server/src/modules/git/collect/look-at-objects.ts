import type { OidSet } from '../oid-set.js'
import type { KeptGit } from '../roots.js'
import type { PackRow } from '../queries/objects.js'
import { type GitState, listCondemnedObjects, listStoredRows, readGitState } from '../queries/garbage.js'
import type { Kit } from '../../../kit/kit.js'
import { reachObjects } from './reach-objects.js'

const ROWS_A_PAGE = 20_000

/** One look at all git objects of a repository. */
export interface ObjectLook {
  readonly state: GitState
  readonly reached: OidSet
  readonly packs: readonly PackRow[]
  /** What is stored and not reached, with the bytes it takes. */
  readonly unreached: ReadonlyMap<string, number>
  /** Since when each is known not to be reached. */
  readonly condemned: ReadonlyMap<string, Date>
}

/** Walks a repository from its roots; null when it is gone. */
export async function lookAtObjects(
  deps: Pick<Kit, 'db'>,
  { storage, roots }: KeptGit,
  repoId: string,
): Promise<ObjectLook | null> {
  const state = await readGitState(deps.db, repoId)
  if (state === null) return null
  storage.reader.forgetPacks(repoId)
  const reached = await reachObjects(storage.reader, repoId, await roots.list(repoId))
  const packs = await storage.reader.packsOf(repoId)
  const unreached = new Map<string, number>()
  for await (const { oid, storedBytes } of storedObjects(deps, storage, repoId, packs)) {
    if (!reached.has(oid)) unreached.set(oid, (unreached.get(oid) ?? 0) + storedBytes)
  }
  return { state, reached, packs, unreached, condemned: await listCondemnedObjects(deps.db, repoId) }
}

export interface StoredObject {
  readonly oid: string
  /** PACK_TYPE code 1 to 4. */
  readonly type: number
  /** Of the content. */
  readonly sizeBytes: number
  readonly storedBytes: number
}

/** Every object that is stored; one that lies in two packs comes twice. */
export async function* storedObjects(
  deps: Pick<Kit, 'db'>,
  storage: KeptGit['storage'],
  repoId: string,
  packs: readonly PackRow[],
): AsyncGenerator<StoredObject> {
  for (const pack of packs) {
    const index = await storage.files.index(pack)
    for (let rank = 0; rank < index.count; rank++) {
      const { type, sizeBytes, lengthBytes } = index.placeOf(rank)
      yield { oid: index.oidAt(rank), type, sizeBytes, storedBytes: lengthBytes }
    }
  }
  for (let after = '00'.repeat(20); ; ) {
    const rows = await listStoredRows(deps.db, repoId, after, ROWS_A_PAGE)
    yield* rows
    if (rows.length < ROWS_A_PAGE) return
    after = rows.at(-1)?.oid ?? after
  }
}
