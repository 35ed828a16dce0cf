import { refuse } from '@stoa/contracts'
import { personal } from '../../kit/audit/audit.js'
import { afterCommit, type Db, type Tx } from '../../kit/db/database.js'
import { type Account, toAccount } from './account.js'
import { findNameProblem } from './account-name.js'
import { createUser } from './create-account.js'
import type { AccountsDeps } from './deps.js'
import { checkPassword, hashPassword } from './password.js'
import { type AccountRow, findAccountRowById, updateUser } from './queries/accounts.js'
import { endSessionsOf } from './end-sessions.js'
import { upsertPassword } from './queries/credentials.js'
import { recordAccount, recordSignIn } from './record-change.js'
import { setVerifiedEmail } from './verify-email.js'

/** Somebody who is about to get an account. */
export interface Newcomer {
  readonly name: string
  readonly fullname?: string | undefined
  readonly email?: string | undefined
  readonly isEmailVerified?: boolean
  readonly passwordHash: string
}

/** Told of everybody who signs up, in the transaction of their sign-up; `email` is what is still to be verified. */
export type Welcome = (tx: Tx, person: { readonly userId: string; readonly email: string | null }) => Promise<void>

/** How people come in by themselves: new accounts, verified addresses, forgotten passwords, invitations. */
export function createNewcomers(deps: AccountsDeps, forgetUser: (userId: string) => void) {
  const welcomes: Welcome[] = []
  const getUser = async (tx: Tx, userId: string): Promise<AccountRow> => {
    const row = await findAccountRowById(tx, userId)
    if (row?.kind !== 'user') throw new Error(`no user ${userId}`)
    return row
  }

  return {
    /** Throws `NameInvalid`; before hashing, which is slow. */
    checkName: (name: string): void => {
      const problem = findNameProblem(name)
      if (problem) throw refuse('NameInvalid', problem)
    },
    /** Checks a new password and makes the hash that is stored; before any transaction. Throws `PasswordTooWeak`. */
    hashPassword: async (password: string, words: readonly (string | null | undefined)[]): Promise<string> => {
      await checkPassword(password, words)
      return hashPassword(password)
    },
    /** Makes a person; the id. Throws `NameTaken`, `EmailTaken`. */
    create: async (tx: Tx, newcomer: Newcomer): Promise<string> => {
      const userId = await createUser(tx, deps, newcomer)
      await upsertPassword(tx, userId, newcomer.passwordHash, deps.clock.now())
      const email = newcomer.isEmailVerified ? null : (newcomer.email ?? null)
      for (const welcome of welcomes) await welcome(tx, { userId, email })
      return userId
    },
    /** Lets a module take part in every sign-up. */
    provideWelcome: (welcome: Welcome): void => void welcomes.push(welcome),
    /** A new password; every session ends. */
    resetPassword: async (tx: Tx, userId: string, change: { passwordHash: string; reason: string }): Promise<void> => {
      await upsertPassword(tx, userId, change.passwordHash, deps.clock.now())
      await endSessionsOf(tx, deps, userId)
      await recordSignIn(tx, deps, userId, { action: 'auth.password.reset', reason: change.reason })
      afterCommit(tx, () => forgetUser(userId))
    },
    /** The address of a person, proven: whoever else claimed it loses the claim. Throws `EmailTaken`. */
    setVerifiedEmail: async (tx: Tx, userId: string, email: string): Promise<void> => {
      await setVerifiedEmail(tx, deps, await getUser(tx, userId), email)
      afterCommit(tx, () => forgetUser(userId))
    },
    /** Forgets a person's address. */
    removeEmail: async (tx: Tx, userId: string): Promise<void> => {
      const user = await getUser(tx, userId)
      await updateUser(tx, userId, { email: null, emailVerifiedAt: null })
      const before = { email: personal(userId, user.email) }
      await recordAccount(tx, deps, user, { action: 'user.update', before, after: { email: null } })
      afterCommit(tx, () => forgetUser(userId))
    },
    /** Whether somebody owns the platform, and may act. */
    isAdmin: async (db: Db, userId: string): Promise<boolean> => {
      const row = await findAccountRowById(db, userId)
      return row?.isAdmin === true && row.state === 'active'
    },
    /** An organisation that is neither suspended nor removed. */
    findActiveOrg: async (db: Db | Tx, orgId: string): Promise<Account | null> => {
      const row = await findAccountRowById(db, orgId)
      return row?.kind === 'org' && row.state === 'active' ? toAccount(row) : null
    },
  }
}

export type Newcomers = ReturnType<typeof createNewcomers>
