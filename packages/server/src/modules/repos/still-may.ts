import { type Actor, ANONYMOUS } from '../../kit/http/actor.js'
import { includesRight, rightOn } from './access.js'
import type { Bucket } from './buckets/bucket.js'
import { mayPropose } from './commits/may-commit.js'
import type { RepoAccounts, RepoDeps } from './deps.js'
import { carriesGrants } from './load-right.js'
import type { Holder, Pass } from './holder.js'
import { findBucketById } from './queries/buckets.js'
import { findRepoById } from './queries/repos.js'
import type { Repo } from './repo.js'

/** How long a fact may be older than the database. With the ten seconds of the credential cache it stays below a minute. */
const MAX_AGE_MS = 10_000
const MAX_REMEMBERED = 20_000

/**
 * Whether whoever holds a signed address or token may still do what it was made for. It is asked at every use, so that what
 * is taken away (a grant, a credential, a membership, a public repository) stops being served within twenty seconds; here
 * at once. `address` is where it is used now. `upload` is open to whoever may write or propose changes.
 */
export type StillMay = (pass: Pass, needed: 'read' | 'upload', address: string) => Promise<boolean>

type Facts = Repo | Bucket

export interface Standing {
  readonly stillMay: StillMay
  /** Listens to changes made here; without it they are noticed when facts are looked up again. */
  start(): void
}

type StandingDeps = Pick<RepoDeps, 'db' | 'clock' | 'events' | 'gates'> & {
  readonly accounts: Pick<RepoAccounts, 'recall'>
}

export function createStanding(deps: StandingDeps): Standing {
  const homes = rememberFor<Facts | null>(deps, async ([home = '', id = '']) =>
    home === 'repo' ? await findRepoById(deps.db, id) : await findBucketById(deps.db, id),
  )
  const grants = rememberFor(deps, ([repoId = '', userId = '']) => deps.gates.isLetIn(deps.db, repoId, userId))
  const stillMay: StillMay = async ({ home, repoId, holder }, needed, address) => {
    const facts = await homes.get(`${home} ${repoId}`)
    if (!facts || facts.disabled) return false
    const actor = await recallHolder(deps, holder, address)
    if (!actor) return false
    const isGated = facts.gated !== 'false' && carriesGrants(facts, actor)
    const hasGrant = isGated && (await grants.get(`${repoId} ${actor.userId}`))
    return allows(facts, actor, hasGrant, needed)
  }
  const start = (): void => {
    for (const event of ['gates.access', 'repos.settings', 'repos.moved', 'repos.deleted'] as const) {
      deps.events.on(event, `repos.forget-${event}`, async () => {
        homes.forget()
        grants.forget()
      })
    }
  }
  return { stillMay, start }
}

async function recallHolder(deps: StandingDeps, holder: Holder | null, address: string): Promise<Actor | null> {
  if (holder === null) return ANONYMOUS
  const type = holder.credential.startsWith('t') ? 'token' : 'session'
  const actor = await deps.accounts.recall({ type, id: holder.credential.slice(1) }, address)
  return actor?.userId === holder.userId ? actor : null
}

function allows(facts: Facts, actor: Actor, hasGrant: boolean, needed: 'read' | 'upload'): boolean {
  const right = rightOn(facts, actor, hasGrant)
  if (needed === 'read' || includesRight(right, 'write')) return includesRight(right, 'read')
  if (facts.type === 'bucket' || actor.kind === 'anonymous') return false
  return includesRight(right, 'read') && mayPropose(actor, facts)
}

interface Memory<T> {
  get(key: string): Promise<T>
  forget(): void
}

/** Remembers what `load` finds for a key of two words. */
function rememberFor<T>(deps: Pick<RepoDeps, 'clock'>, load: (words: string[]) => Promise<T>): Memory<T> {
  let known = new Map<string, { readonly value: T; readonly atMs: number }>()
  let epoch = 0
  return {
    get: async (key) => {
      const nowMs = deps.clock.now().getTime()
      const found = known.get(key)
      if (found && nowMs - found.atMs < MAX_AGE_MS && nowMs >= found.atMs) return found.value
      const begun = epoch
      const value = await load(key.split(' '))
      if (known.size >= MAX_REMEMBERED) known = new Map()
      // A load that began before a change must not bring the old state back after it.
      if (begun === epoch) known.set(key, { value, atMs: nowMs })
      return value
    },
    forget: () => {
      epoch += 1
      known = new Map()
    },
  }
}
