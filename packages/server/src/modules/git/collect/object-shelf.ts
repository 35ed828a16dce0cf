import type { Kit } from '../../../kit/kit.js'
import type { KeptGit } from '../roots.js'
import { condemnObjects, listUnlooked, noteLook, pardonObjects } from '../queries/garbage.js'
import { lookAtObjects, type ObjectLook } from './look-at-objects.js'
import { removeObjects } from './remove-objects.js'

const REPOS_AT_ONCE = 100
/** Things of one repository that one run looks at; the next run goes on. */
const MAX_CANDIDATES = 100_000
/** A commit stores its contents while they come, and only then its ref: within this time it is over. */
export const MIN_GIT_FLOOR_MS = 3_600_000

/** A stored object as the collector sees it. */
interface Candidate {
  readonly name: string
  readonly sizeBytes: bigint
  readonly isNamed: boolean
  readonly condemnedAt: Date | null
}

export type GitShelfDeps = Pick<Kit, 'db' | 'write' | 'blobs' | 'clock' | 'ids' | 'dataDir' | 'log'>

/** Git objects of living repositories that no ref reaches: after a forced push, a deleted branch, a squash. */
export function objectShelf(deps: GitShelfDeps, git: KeptGit, floorMs: number) {
  const looked = new Map<string, bigint>()
  const looking = looks(deps, git, looked)
  return {
    kind: 'gitObjects' as const,
    floorMs: Math.max(floorMs, MIN_GIT_FLOOR_MS),
    page: async (): Promise<readonly Candidate[]> => {
      const next = await looking.next()
      return next.done === true ? [] : next.value
    },
    condemn: async (names: readonly string[], at: Date) => {
      for (const [repoId, oids] of byRepo(names)) await deps.write((tx) => condemnObjects(tx, repoId, oids, at))
    },
    rescue: async (names: readonly string[]) => {
      for (const [repoId, oids] of byRepo(names)) await deps.write((tx) => pardonObjects(tx, repoId, oids))
    },
    remove: async (names: readonly string[], before: Date) => {
      const gone: string[] = []
      for (const repoId of byRepo(names).keys()) {
        for (const oid of await removeObjects(deps, git, repoId, before)) gone.push(nameOf(repoId, oid))
      }
      return gone
    },
    finish: () =>
      deps.write(async (tx) => {
        for (const [repoId, version] of looked) await noteLook(tx, repoId, version, deps.clock.now())
      }),
  }
}

export const nameOf = (repoId: string, oid: string): string => `${repoId}:${oid}`

/** Names of things by the repository they are of. */
export function byRepo(names: readonly string[]): Map<string, string[]> {
  const found = new Map<string, string[]>()
  for (const name of names) {
    const [repoId = '', oid = ''] = name.split(':')
    const oids = found.get(repoId)
    if (oids) oids.push(oid)
    else found.set(repoId, [oid])
  }
  return found
}

async function* looks(
  deps: GitShelfDeps,
  git: KeptGit,
  looked: Map<string, bigint>,
): AsyncGenerator<readonly Candidate[]> {
  for (let after = ''; ; ) {
    const repoIds = await listUnlooked(deps.db, after, REPOS_AT_ONCE)
    for (const repoId of repoIds) {
      const look = await lookAtObjects(deps, git, repoId).catch((error: unknown) => {
        deps.log.error('the git objects of a repository could not be walked', error, { repoId })
        return null
      })
      if (look === null) continue
      looked.set(repoId, look.state.version)
      const candidates = describe(repoId, look)
      if (candidates.length > 0) yield candidates
    }
    if (repoIds.length < REPOS_AT_ONCE) return
    after = repoIds.at(-1) ?? after
  }
}

function describe(repoId: string, { unreached, condemned }: ObjectLook): Candidate[] {
  const found: Candidate[] = []
  const add = (oid: string, bytes: number, isNamed: boolean): void => {
    const condemnedAt = condemned.get(oid) ?? null
    found.push({ name: nameOf(repoId, oid), sizeBytes: BigInt(bytes), isNamed, condemnedAt })
  }
  for (const oid of condemned.keys()) if (!unreached.has(oid)) add(oid, 0, true)
  for (const [oid, bytes] of unreached) {
    if (found.length === MAX_CANDIDATES) break
    add(oid, bytes, false)
  }
  return found
}
