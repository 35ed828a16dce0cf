import { afterCommit, type Db, type Tx } from '../../kit/db/database.js'
import type { PlatformDuty, Role } from '../../kit/http/actor.js'
import { removeMembership, setMembership } from './change-membership.js'
import { chooseName } from './choose-name.js'
import { createUser, type NewUser } from './create-account.js'
import type { AccountsDeps } from './deps.js'
import { dutiesOf, setPlatformDuties } from './platform/duties.js'
import { restoreAccount, suspendAccount } from './platform/suspend-account.js'
import { type AccountRow, findAccountRowById, findVerifiedHolder, updateAccount } from './queries/accounts.js'
import { endSessionsOf } from './end-sessions.js'
import { deleteTokensOf } from './queries/credentials.js'
import { findRole } from './queries/memberships.js'
import { listDuties } from './queries/standing.js'
import { differingFacts, recordAccount, recordSignIn } from './record-change.js'
import { setVerifiedEmail } from './verify-email.js'

/** A person as modules that let identities in from elsewhere see them. */
export interface Person {
  readonly id: string
  readonly name: string
  readonly fullname: string
  readonly email: string | null
  readonly isEmailVerified: boolean
  readonly state: AccountRow['state']
  /** Holds a duty for the platform, or owns it: no organisation decides over such an account. */
  readonly runsPlatform: boolean
}

/** What a module that lets identities in from elsewhere may do with people; each records what it does. */
export function createPeople(deps: AccountsDeps, forgetUser: (userId: string) => void) {
  const forget = (tx: Tx, userId: string): void => afterCommit(tx, () => forgetUser(userId))

  return {
    find: (db: Db | Tx, userId: string) => findPerson(db, userId),
    /** Whoever has verified an address and was not removed, suspended or not. */
    findByVerifiedEmail: async (db: Db | Tx, email: string): Promise<Person | null> => {
      const holder = await findVerifiedHolder(db, email)
      return holder === null ? null : findPerson(db, holder)
    },
    /** A free account name like the first of these that can be met: logins, addresses. */
    chooseName: (tx: Tx, ...wishes: (string | null)[]) => chooseName(tx, deps, wishes),
    /** Makes a user; its id. Throws `NameInvalid`, `NameTaken`, `EmailTaken`. */
    create: (tx: Tx, user: NewUser) => createUser(tx, deps, user),
    /** Changes the shown name or the verified address. Throws `EmailTaken`. */
    update: async (tx: Tx, userId: string, patch: { readonly fullname?: string; readonly email?: string }) => {
      await updatePerson(tx, deps, userId, patch)
      forget(tx, userId)
    },
    roleIn: (db: Db | Tx, orgId: string, userId: string) => findRole(db, orgId, userId),
    /** Makes a member, or gives another role. Throws `LastAdmin`. */
    setRole: async (tx: Tx, orgId: string, userId: string, role: Role): Promise<void> => {
      await setMembership(tx, deps, { orgId, userId, role })
      forget(tx, userId)
    },
    /** Ends a membership with everything in it. Throws `LastAdmin`. */
    leave: async (tx: Tx, orgId: string, userId: string): Promise<void> => {
      await removeMembership(tx, deps, { orgId, userId })
      forget(tx, userId)
    },
    /** Suspends an account and revokes its sessions and every access token. Throws `LastAdmin`, `Conflict`. */
    suspend: async (tx: Tx, userId: string, reason: string): Promise<void> => {
      await suspendAccount(tx, deps, await getRow(tx, userId), { by: null, reason })
      await revokeAll(tx, deps, userId, reason)
      forget(tx, userId)
    },
    restore: async (tx: Tx, userId: string): Promise<void> => {
      await restoreAccount(tx, deps, await getRow(tx, userId))
      forget(tx, userId)
    },
    dutiesOf: async (tx: Tx, userId: string) => dutiesOf(tx, await getRow(tx, userId)),
    /** Makes these the platform duties of somebody. Throws `DutyConflict`, `LastAdmin`. */
    setDuties: async (tx: Tx, userId: string, duties: readonly PlatformDuty[]): Promise<void> => {
      await setPlatformDuties(tx, deps, await getRow(tx, userId), { duties, byId: null })
      forget(tx, userId)
    },
  }
}

export type People = ReturnType<typeof createPeople>

async function getRow(tx: Tx, userId: string): Promise<AccountRow> {
  const row = await findAccountRowById(tx, userId)
  if (!row || row.kind !== 'user') throw new Error(`no user ${userId}`)
  return row
}

async function findPerson(db: Db | Tx, userId: string): Promise<Person | null> {
  const row = await findAccountRowById(db, userId)
  if (!row || row.kind !== 'user') return null
  const { id, name, fullname, email, emailVerifiedAt, state } = row
  const runsPlatform = row.isAdmin || (await listDuties(db, [userId])).has(userId)
  return { id, name, fullname, email, isEmailVerified: emailVerifiedAt !== null, state, runsPlatform }
}

async function updatePerson(
  tx: Tx,
  deps: AccountsDeps,
  userId: string,
  patch: { readonly fullname?: string; readonly email?: string },
): Promise<void> {
  const row = await getRow(tx, userId)
  const { fullname, email } = patch
  if (fullname !== undefined && fullname !== row.fullname) {
    await updateAccount(tx, userId, { fullname }, deps.clock.now())
    const { before, after } = differingFacts(row, row, { fullname })
    await recordAccount(tx, deps, row, { action: 'user.update', before, after })
  }
  if (email === undefined || email.toLowerCase() === row.email?.toLowerCase()) return
  await setVerifiedEmail(tx, deps, row, email)
}

async function revokeAll(tx: Tx, deps: AccountsDeps, userId: string, reason: string): Promise<void> {
  await deleteTokensOf(tx, userId)
  await deps.tokenSource().endTokensOf(tx, userId)
  await endSessionsOf(tx, deps, userId)
  await recordSignIn(tx, deps, userId, { action: 'auth.session.revoke', reason })
}
