import type { GroupRule } from '@stoa/contracts'
import type { Tx } from '../../../kit/db/database.js'
import { applyGrants, type Grant, strongest } from '../../federation/index.js'
import type { DirectoryDeps } from '../deps.js'
import {
  type DirectoryRow,
  findIdentity,
  findIdentityOf,
  type IdentityRow,
  insertIdentity,
  updateIdentity,
} from '../queries/directories.js'
import { type DirectoryGroup, type DirectoryPerson, meetsRule } from './directory.js'

/** Who is let in, or why nobody is; the sentence is for the admin, never for the visitor. */
export type Admission = { readonly userId: string; readonly notes: readonly string[] } | { readonly problem: string }

/**
 * The account of somebody whose password the directory has accepted: the one linked before, else one of the same address
 * when the directory may link, else a new one. Roles, resource groups and duties follow the groups.
 */
export async function admitEntry(
  tx: Tx,
  deps: DirectoryDeps,
  row: DirectoryRow,
  found: { readonly person: DirectoryPerson; readonly groups: readonly DirectoryGroup[] },
): Promise<Admission> {
  const { person, groups } = found
  const known = await findIdentity(tx, row.id, person.entryId)
  const userId = known ? await welcomeBack(tx, deps, known, person) : await introduce(tx, deps, row, person)
  if (typeof userId !== 'string') return userId
  return { userId, notes: await followDirectoryGroups(tx, deps, row, { userId, groups }) }
}

/** Somebody who was here before: what the directory says of them now counts, and a suspension it caused ends. */
export async function welcomeBack(
  tx: Tx,
  deps: DirectoryDeps,
  identity: IdentityRow,
  person: DirectoryPerson,
): Promise<string> {
  const { people } = deps.accounts
  const { userId } = identity
  const account = await people.find(tx, userId)
  const isReturning = identity.suspendedAt !== null && account?.state === 'suspended'
  if (isReturning) await people.restore(tx, userId)
  if (account && account.state !== 'removed') {
    const holder = person.email === null ? null : await people.findByVerifiedEmail(tx, person.email)
    const email = person.email !== null && holder === null ? { email: person.email } : {}
    await people.update(tx, userId, { fullname: person.fullname, ...email })
  }
  const patch = { dn: person.dn, login: person.login, suspendedAt: null, seenAt: deps.clock.now() }
  await updateIdentity(tx, identity, patch)
  const isChanged = isReturning || identity.dn !== person.dn || identity.login !== person.login
  if (isChanged) await record(tx, deps, identity.directoryId, userId, isReturning ? 'return' : 'update')
  return userId
}

async function introduce(
  tx: Tx,
  deps: DirectoryDeps,
  row: DirectoryRow,
  person: DirectoryPerson,
): Promise<string | { readonly problem: string }> {
  const { people } = deps.accounts
  const { createsAccounts, linksByEmail } = row.settings
  const holder = person.email === null ? null : await people.findByVerifiedEmail(tx, person.email)
  if (holder) {
    const isFree = holder.state === 'active' && !holder.runsPlatform && !(await findIdentityOf(tx, holder.id))
    if (linksByEmail && isFree) return link(tx, deps, row, { person, userId: holder.id, verb: 'link' })
    const why = linksByEmail ? 'which is not linked by its address' : 'and this directory links nobody by address'
    return { problem: `${person.login} was not let in: ${holder.name} has the same address, ${why}.` }
  }
  if (!createsAccounts) return { problem: `${person.login} was not let in: there is no account, and none is made.` }
  const { email, fullname, login } = person
  const name = await people.chooseName(tx, login, email)
  const address = email === null ? {} : { email, isEmailVerified: true }
  const userId = await people.create(tx, { name, fullname, ...address })
  return link(tx, deps, row, { person, userId, verb: 'create' })
}

async function link(
  tx: Tx,
  deps: DirectoryDeps,
  row: DirectoryRow,
  { person, userId, verb }: { readonly person: DirectoryPerson; readonly userId: string; readonly verb: string },
): Promise<string> {
  const now = deps.clock.now()
  const { entryId, dn, login } = person
  await insertIdentity(tx, {
    directoryId: row.id,
    entryId,
    userId,
    dn,
    login,
    suspendedAt: null,
    seenAt: now,
    createdAt: now,
  })
  await record(tx, deps, row.id, userId, verb)
  return userId
}

/** What somebody did or what was done with them through a directory. */
export async function record(tx: Tx, deps: DirectoryDeps, directoryId: string, userId: string, verb: string) {
  const target = { type: 'user', id: userId }
  await deps.audit.record(tx, { chain: 'platform', action: `directory.person.${verb}`, target, after: { directoryId } })
}

/** Makes what somebody may do follow their groups in the directory. Sentences worth knowing. */
export async function followDirectoryGroups(
  tx: Tx,
  deps: DirectoryDeps,
  row: DirectoryRow,
  { userId, groups }: { readonly userId: string; readonly groups: readonly DirectoryGroup[] },
): Promise<string[]> {
  const wanted: Grant[] = []
  for (const rule of row.mappings.filter((one) => meetsRule(one, groups))) {
    const grant = await toGrant(tx, deps, rule)
    if (grant) wanted.push(grant)
  }
  return applyGrants(tx, deps, { userId, source: `ldap:${row.id}` }, strongest(wanted))
}

/** Null when the organisation or resource group is there no more. */
async function toGrant(tx: Tx, { accounts, orgs }: DirectoryDeps, rule: GroupRule): Promise<Grant | null> {
  if ('duty' in rule) return { kind: 'duty', targetId: '', orgId: null, value: rule.duty }
  const org = await accounts.findAccount(tx, rule.org)
  if (org?.type !== 'org') return null
  if (rule.resourceGroup === undefined) return { kind: 'role', targetId: org.id, orgId: org.id, value: rule.role }
  const group = await orgs.findResourceGroupByName(tx, org.id, rule.resourceGroup)
  return group && { kind: 'group', targetId: group.id, orgId: org.id, value: rule.role }
}
