import type { Kit, Module } from '../../kit/kit.js'
import { createGitStorage, type GitStorage } from './create-store.js'
import { createGitRoots, type GitRoots } from './roots.js'
import { HOLD_NOTHING, type HoldRepo } from './update-refs.js'
import { warmCheck } from './warm-check.js'

export { storedObjects } from './collect/look-at-objects.js'
export { byRepo, type GitShelfDeps, MIN_GIT_FLOOR_MS, nameOf, objectShelf } from './collect/object-shelf.js'
export type { GitStorage } from './create-store.js'
export { insertCommits, type NewCommitRow } from './queries/commits.js'
export { findNamedPacks, listGitVersions, readGitState } from './queries/garbage.js'
export { insertObjects, type NewObjectRow } from './queries/objects.js'
export { copyStore, dropStore, openStore } from './queries/stores.js'
export { MAX_PACK_BYTES, serveReceivePack } from './receive-pack.js'
export { holdBody, MAX_FETCH_BODY_BYTES, readBody } from './request-body.js'
export type { GitRoots, KeptGit, NameRoots } from './roots.js'
export type { CommitNode, GitRef, GitStore, NewObject, RefChange } from './store.js'
export type { HoldRepo } from './update-refs.js'
export { advertise, protocolVersion, serveUploadPack } from './upload-pack.js'

/** Servers that run from source are for tests and development: too short-lived to be worth warming. */
const IS_COMPILED = !import.meta.url.endsWith('.ts')

interface GitKit extends Kit {
  /** Test mode: file names that only a client's own tests would send. */
  isLenient(): boolean
}

export interface Git extends Module {
  readonly storage: GitStorage
  readonly roots: GitRoots
  /** Lets the module of repositories hold its row before git data is held, so that the two are always taken in one order. */
  provideHolder(hold: HoldRepo): void
}

/** Git data of repositories: objects, refs, the graph of commits, and git's protocol over them. */
export function createGit(kit: GitKit): Git {
  let holder = HOLD_NOTHING
  const stopping = new AbortController()
  const storage = createGitStorage({ ...kit, holdRepo: (tx, repoId) => holder(tx, repoId) })
  return {
    storage,
    roots: createGitRoots(kit),
    provideHolder: (hold) => {
      holder = hold
    },
    start: async () => {
      if (!IS_COMPILED || !kit.config.roles.includes('web')) return
      warmCheck(stopping.signal).catch((error: unknown) => kit.log.error('checks were not warmed', error))
    },
    stop: async () => stopping.abort(),
  }
}
