import type { RepoType } from '@stoa/contracts'
import type { Tx } from '../../kit/db/database.js'
import type { Events } from '../../kit/events/events.js'
import type { Repo } from './repo.js'

/** What this module announces. Every payload is plain JSON. */
export interface RepoEvents {
  'repos.created': { repoId: string; type: RepoType; fullName: string; actorId: string | null }
  /** A ref moved; `before` is null for a new ref, `after` for a deleted one. */
  'repos.updated': {
    repoId: string
    ref: string
    before: string | null
    after: string | null
    actorId: string | null
  }
  /** Visibility, gate or another setting changed. */
  'repos.settings': { repoId: string; actorId: string | null }
  'repos.moved': { repoId: string; type: RepoType; from: string; to: string; actorId: string | null }
  'repos.deleted': { repoId: string; type: RepoType; fullName: string; accountId: string; actorId: string | null }
}

/** Announces in the transaction of the change. */
export async function announce<K extends keyof RepoEvents>(
  events: Events,
  tx: Tx,
  name: K,
  payload: RepoEvents[K],
): Promise<void> {
  await events.emit(tx, name, payload)
}

export const factsOf = (repo: Repo): { repoId: string; type: RepoType; fullName: string } => ({
  repoId: repo.id,
  type: repo.type,
  fullName: repo.fullName,
})
