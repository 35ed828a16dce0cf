import type { Clock } from '../clock.js'
import { afterCommit, type Tx } from '../db/database.js'
import type { Uuids } from '../uuids.js'
import type { AuditEntry } from './entry.js'
import { appendEvent, destroySubject, hasChain, insertChain } from './queries.js'
import { createSubjectKeys, type SubjectKeys } from './subject-keys.js'
import { type Happening, subjectsOf, writeEvent } from './write-event.js'
import { whoActs } from './who.js'

export type { AuditActor, AuditEntry, AuditFacts, AuditValue, Personal } from './entry.js'
export { personal } from './entry.js'
export { actAs, actAsProgram } from './who.js'

/** Chain of everything that belongs to no organisation. */
export const PLATFORM_CHAIN = 'platform'

const MAX_KNOWN_CHAINS = 10_000

/** Writes the audit chains. Every change of governed state records its event in the same transaction. */
export interface Audit {
  /** Appends one event: who, where from and when are those of the request, unless the entry says otherwise. */
  record(tx: Tx, entry: AuditEntry): Promise<void>
  /** Gives an organisation its chain; before its first event. */
  openChain(tx: Tx, orgId: string): Promise<void>
  /** Makes everything personal about this person in all chains unreadable; the chains stay whole. */
  eraseSubject(tx: Tx, subjectId: string): Promise<void>
  /** For reading sealed values. */
  readonly keys: SubjectKeys
}

export interface AuditDeps {
  readonly clock: Clock
  readonly uuids: Uuids
  readonly instanceKey: Uint8Array
}

export function createAudit(deps: AuditDeps): Audit {
  const keys = createSubjectKeys(deps.instanceKey)
  const chains = new Map<string, boolean>([[PLATFORM_CHAIN, true]])

  /** Whether an account has a chain never changes: organisations have one, people do not. */
  async function isChain(tx: Tx, account: string): Promise<boolean> {
    const known = chains.get(account)
    if (known !== undefined) return known
    const found = await hasChain(tx, account)
    if (chains.size >= MAX_KNOWN_CHAINS) chains.clear()
    // What was found may have been opened in this very transaction, which may yet be undone.
    if (found) afterCommit(tx, () => chains.set(account, true))
    else chains.set(account, false)
    return found
  }

  return {
    keys,
    async record(tx, entry) {
      const hasOwn = await isChain(tx, entry.chain)
      const { actor, request } = whoActs()
      const happening: Happening = {
        entry,
        chain: hasOwn ? entry.chain : PLATFORM_CHAIN,
        actor: entry.actor ?? actor,
        request,
        id: deps.uuids.next(),
        at: deps.clock.now(),
        nameSubject: hasOwn ? null : entry.chain,
      }
      const found = new Map<string, Buffer | null>()
      for (const subjectId of subjectsOf(happening)) {
        found.set(subjectId, await keys.keyFor(tx, subjectId, happening.at))
      }
      await appendEvent(tx, writeEvent(happening, found))
    },
    async openChain(tx, orgId) {
      chains.delete(orgId)
      await insertChain(tx, orgId)
    },
    async eraseSubject(tx, subjectId) {
      await destroySubject(tx, subjectId, deps.clock.now())
      keys.forget(subjectId)
    },
  }
}
