import { refuse } from '@stoa/contracts'
import type { UserActor } from '../../kit/http/actor.js'
import { type Account, can } from '../accounts/index.js'
import type { CommerceDeps } from './deps.js'

/** Whether somebody may see the money of an account: those who may spend it, and admins of the platform. */
export function maySee(actor: UserActor, account: Account): boolean {
  return can(actor, 'money.see', account).allow
}

/** Whether somebody may set prices and limits of an account. */
export function mayManage(actor: UserActor, account: Account): boolean {
  return can(actor, 'money.manage', account).allow
}

/** Whether an account may pay for this actor's calls: oneself, or an organisation where the role is write or admin. */
export function maySpend(actor: UserActor, accountId: string): boolean {
  const type = accountId === actor.userId ? 'user' : 'org'
  return can(actor, 'money.spend', { id: accountId, type, name: '' }).allow
}

type AccessDeps = Pick<CommerceDeps, 'db' | 'accounts'>

/** The account of this name when its money may be seen; to everybody else it is not there. */
export async function getVisibleAccount(deps: AccessDeps, actor: UserActor, name: string): Promise<Account> {
  const account = await deps.accounts.findAccount(deps.db, name)
  if (!account || !maySee(actor, account)) throw refuse('AccountNotFound')
  return account
}

/** The same for changes; a member without the role is told so. */
export async function getManagedAccount(deps: AccessDeps, actor: UserActor, name: string): Promise<Account> {
  const account = await getVisibleAccount(deps, actor, name)
  if (!mayManage(actor, account)) throw refuse('Forbidden', 'Only an admin of this account may do this.')
  return account
}
