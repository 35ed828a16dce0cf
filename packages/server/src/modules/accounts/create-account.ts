import { refuse } from '@stoa/contracts'
import { personal } from '../../kit/audit/audit.js'
import type { Tx } from '../../kit/db/database.js'
import { findNameProblem } from './account-name.js'
import type { AccountsDeps } from './deps.js'
import {
  type AccountPatch,
  type AccountRow,
  findAccountRow,
  insertAccount,
  insertUser,
  isEmailTaken,
} from './queries/accounts.js'
import { setMembership } from './change-membership.js'
import { wasErasedName } from './erase-account.js'
import { recordAccount } from './record-change.js'
import { dropClaims } from './verify-email.js'

/** What a new account is called. `id` is only given by a lenient manifest. */
interface NewAccount {
  readonly name: string
  readonly fullname?: string | undefined
  readonly id?: string | undefined
  readonly isLenient?: boolean
  readonly patch?: AccountPatch
}

export interface NewUser extends NewAccount {
  readonly email?: string | undefined
  readonly isEmailVerified?: boolean
  readonly isAdmin?: boolean
}

/** Makes a user; its id. Throws `NameInvalid`, `NameTaken`, `EmailTaken` (verified addresses only). */
export async function createUser(tx: Tx, deps: AccountsDeps, user: NewUser): Promise<string> {
  const id = await addAccount(tx, deps, 'user', user)
  const email = user.email ?? null
  const isVerified = email !== null && user.isEmailVerified === true
  if (isVerified && (await isEmailTaken(tx, email, id))) throw refuse('EmailTaken')
  await insertUser(tx, id, {
    email,
    emailVerifiedAt: isVerified ? deps.clock.now() : null,
    isAdmin: user.isAdmin ?? false,
  })
  const after = { isAdmin: user.isAdmin ?? false, email: personal(id, email), emailVerified: isVerified }
  await recordAccount(tx, deps, { id, kind: 'user', name: user.name }, { action: 'user.create', after })
  if (isVerified) await dropClaims(tx, deps, email, id)
  return id
}

export interface NewOrg extends NewAccount {
  /** The first admin; a manifest names the members itself. */
  readonly adminId?: string
}

/** Makes an organisation; its id. Throws `NameInvalid`, `NameTaken`. */
export async function createOrg(tx: Tx, deps: AccountsDeps, org: NewOrg): Promise<string> {
  const id = await addAccount(tx, deps, 'org', org)
  await deps.audit.openChain(tx, id)
  const { plan = 'free', defaultPrivate = false } = org.patch ?? {}
  const after = { fullname: org.fullname || org.name, plan, defaultPrivate }
  await recordAccount(tx, deps, { id, kind: 'org', name: org.name }, { action: 'org.create', after })
  if (org.adminId !== undefined) await setMembership(tx, deps, { orgId: id, userId: org.adminId, role: 'admin' })
  return id
}

/** Makes the account of a machine; its id. Throws `NameInvalid`, `NameTaken`. */
export async function createService(tx: Tx, deps: AccountsDeps, service: NewAccount): Promise<string> {
  const id = await addAccount(tx, deps, 'service', service)
  await insertUser(tx, id, { isAdmin: false })
  return id
}

async function addAccount(tx: Tx, deps: AccountsDeps, kind: AccountRow['kind'], account: NewAccount): Promise<string> {
  const { name, isLenient = false, patch = {} } = account
  const problem = findNameProblem(name, isLenient)
  if (problem) throw refuse('NameInvalid', problem)
  if ((await findAccountRow(tx, name)) || (await wasErasedName(tx, deps, name)))
    throw refuse('NameTaken', `The name "${name}" is taken.`)
  const id = account.id ?? deps.ids.next()
  const createdAt = deps.clock.now()
  try {
    await insertAccount(tx, { id, kind, name, fullname: account.fullname || name, createdAt, ...patch })
  } catch (error) {
    if (isUniqueViolation(error)) throw refuse('NameTaken', `The name "${name}" is taken.`)
    throw error
  }
  return id
}

/** Two sign-ups of one name at the same moment: the index decides. */
function isUniqueViolation(error: unknown): boolean {
  return error instanceof Error && (error as Error & { code?: unknown }).code === '23505'
}
