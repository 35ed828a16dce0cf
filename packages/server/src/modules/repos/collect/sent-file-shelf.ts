import { LFS_POINTER_MAX_BYTES, parseLfsPointer, typeCode } from '@stoa/git'
import {
  byRepo,
  type GitShelfDeps,
  type KeptGit,
  listGitVersions,
  MIN_GIT_FLOOR_MS,
  nameOf,
  readGitState,
  storedObjects,
} from '../../git/index.js'
import { type HolderOfOldFiles, listHoldersOfOldFiles, listOldLargeFiles, noteFileLook } from '../queries/sent-files.js'
import { deleteRepoLfsObjects } from '../queries/lfs.js'
import type { Candidate } from './judge.js'
import type { Shelf } from './shelf.js'

const REPOS_AT_ONCE = 100
const READ_AT_ONCE = 2_000
const POINTER_MIN_BYTES = 100

/**
 * Large files that a repository was sent and no pointer of it names: never committed, or only in commits that are gone.
 * They wait from when they were sent, or last offered; whoever still wants one must send it again.
 */
export function sentFileShelf(deps: GitShelfDeps, storage: KeptGit['storage'], floorMs: number): Shelf {
  const waitMs = Math.max(floorMs, MIN_GIT_FLOOR_MS)
  const before = new Date(deps.clock.now().getTime() - waitMs)
  const looked = new Map<string, bigint>()
  const looking = looks(deps, storage, before, looked)
  return {
    kind: 'sentFiles',
    floorMs: waitMs,
    page: async () => {
      const next = await looking.next()
      return next.done === true ? [] : next.value
    },
    condemn: async () => {},
    rescue: async () => {},
    remove: async (names) => {
      const gone: string[] = []
      for (const [repoId, oids] of byRepo(names)) {
        if (await takeAway(deps, storage, { repoId, version: looked.get(repoId) ?? -1n, oids })) {
          for (const oid of oids) gone.push(nameOf(repoId, oid))
        } else looked.delete(repoId)
      }
      return gone
    },
    finish: () =>
      deps.write(async (tx) => {
        for (const [repoId, version] of looked) await noteFileLook(tx, repoId, version, before)
      }),
  }
}

/** False when git data was written since the look: a new pointer may name one of them. */
async function takeAway(
  deps: GitShelfDeps,
  storage: KeptGit['storage'],
  { repoId, version, oids }: { readonly repoId: string; readonly version: bigint; readonly oids: readonly string[] },
): Promise<boolean> {
  return await deps.write(async (tx) => {
    await storage.lock(tx, repoId)
    const now = await readGitState(tx, repoId)
    if (now?.version !== version + 1n) return false
    await deleteRepoLfsObjects(tx, repoId, oids)
    return true
  })
}

async function* looks(
  deps: GitShelfDeps,
  storage: KeptGit['storage'],
  before: Date,
  looked: Map<string, bigint>,
): AsyncGenerator<readonly Candidate[]> {
  for (let after = ''; ; ) {
    const holders = await listHoldersOfOldFiles(deps.db, after, before, REPOS_AT_ONCE)
    for (const repoId of await findChanged(deps, holders)) {
      const state = await readGitState(deps.db, repoId)
      if (state === null) continue
      looked.set(repoId, state.version)
      const files = new Map(
        (await listOldLargeFiles(deps.db, repoId, before)).map((file) => [file.oid, file.sizeBytes]),
      )
      await dropNamed(deps, storage, repoId, files)
      // Sent before the floor began, and named by nothing that stands: due at once.
      if (files.size > 0)
        yield [...files].map(([oid, sizeBytes]) => {
          return { name: nameOf(repoId, oid), sizeBytes, isNamed: false, condemnedAt: before }
        })
    }
    if (holders.length < REPOS_AT_ONCE) return
    after = holders.at(-1)?.id ?? after
  }
}

/** Those whose git data was written, or to which files were sent, since the last look. */
async function findChanged(deps: GitShelfDeps, holders: readonly HolderOfOldFiles[]): Promise<string[]> {
  const ids = holders.map(({ id }) => id)
  const versions = await listGitVersions(deps.db, ids)
  return holders
    .filter(({ id, version, hasNew }) => version !== versions.get(id) || hasNew === true)
    .map(({ id }) => id)
}

/** Takes those out of `files` that a stored pointer names, reached or not: what stands keeps its files. */
async function dropNamed(
  deps: GitShelfDeps,
  storage: KeptGit['storage'],
  repoId: string,
  files: Map<string, bigint>,
): Promise<void> {
  storage.reader.forgetPacks(repoId)
  const packs = await storage.reader.packsOf(repoId)
  let batch: string[] = []
  const readBatch = async (): Promise<void> => {
    for (const { data } of (await storage.reader.readObjects(repoId, batch)).values()) {
      const pointer = parseLfsPointer(data)
      if (pointer) files.delete(pointer.oid)
    }
    batch = []
  }
  for await (const { oid, type, sizeBytes } of storedObjects(deps, storage, repoId, packs)) {
    if (files.size === 0) return
    if (type !== typeCode('blob') || sizeBytes < POINTER_MIN_BYTES || sizeBytes >= LFS_POINTER_MAX_BYTES) continue
    batch.push(oid)
    if (batch.length === READ_AT_ONCE) await readBatch()
  }
  await readBatch()
}
