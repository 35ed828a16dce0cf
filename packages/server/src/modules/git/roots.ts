import type { Db } from '../../kit/db/database.js'
import type { Jobs } from '../../kit/jobs/jobs.js'
import type { GitStorage } from './create-store.js'
import { toHex } from './oid.js'
import { listRefRows } from './queries/refs.js'

/** Names objects of a repository that somebody outside of this module needs. */
export type NameRoots = (db: Db, repoId: string) => Promise<readonly string[]>

/** What keeps git objects: refs, jobs that have not ended, and what other modules name. */
export interface GitRoots {
  provide(name: NameRoots): void
  list(repoId: string): Promise<string[]>
}

/** What the collector walks: the objects, and what keeps them. */
export interface KeptGit {
  readonly storage: GitStorage
  readonly roots: GitRoots
}

const OID = /\b[0-9a-f]{40}\b/g

export function createGitRoots({
  db,
  jobs,
}: {
  readonly db: Db
  readonly jobs: Pick<Jobs, 'listUnfinished'>
}): GitRoots {
  const provided: NameRoots[] = []
  return {
    provide: (name) => void provided.push(name),
    list: async (repoId) => {
      const refs = await listRefRows(db, repoId, '')
      const waiting = await jobs.listUnfinished(repoId)
      const roots = new Set([
        ...refs.map((ref) => toHex(ref.oid)),
        ...waiting.flatMap((payload) => payload.match(OID) ?? []),
      ])
      for (const name of provided) for (const oid of await name(db, repoId)) roots.add(oid)
      return [...roots]
    },
  }
}
