import { DIRECTORIES_MAX, type DirectoryFields, type DirectoryView, refuse } from '@stoa/contracts'
import type { Db, Tx } from '../../../kit/db/database.js'
import type { DirectoryDeps } from '../deps.js'
import {
  countIdentities,
  deleteDirectory,
  type DirectoryRow,
  findDirectory,
  insertDirectory,
  listDirectories,
  updateDirectory,
} from '../queries/directories.js'
import type { DirectoryAccess } from './directory.js'
import { accessOf, sealBindPassword } from './open-directory.js'

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/i

/** Adds a directory. Throws `ConnectionLimit`, `Conflict`, `InvalidRequest`, `AccountNotFound`, `GroupNotFound`. */
export async function addDirectory(tx: Tx, deps: DirectoryDeps, fields: DirectoryFields): Promise<string> {
  const known = await listDirectories(tx)
  if (known.length >= DIRECTORIES_MAX)
    throw refuse('ConnectionLimit', `There are at most ${DIRECTORIES_MAX} directories.`)
  refuseTaken(known, fields.name, null)
  await demandUsable(tx, deps, fields)
  const now = deps.clock.now()
  const id = deps.ids.next()
  const row = toRow(deps, fields, {
    id,
    bindPasswordSealed: null,
    ...{ syncedAt: null, syncResult: null, problem: null, problemAt: null, createdAt: now, updatedAt: now },
  })
  await insertDirectory(tx, row)
  await record(tx, deps, row, 'create')
  return id
}

/** Changes a directory. Throws as `addDirectory`, `ConnectionNotFound`. */
export async function changeDirectory(tx: Tx, deps: DirectoryDeps, id: string, fields: DirectoryFields): Promise<void> {
  const before = await getDirectory(tx, id)
  refuseTaken(await listDirectories(tx), fields.name, id)
  await demandUsable(tx, deps, fields)
  // A password goes only to the address it was entered for.
  const isElsewhere = fields.url !== before.url || fields.security !== before.security
  if (isElsewhere && before.bindPasswordSealed !== null && fields.bindPassword === undefined) {
    throw refuse('InvalidRequest', 'Enter the password of the account again when the address changes.')
  }
  const row = toRow(deps, fields, { ...before, updatedAt: deps.clock.now() })
  await updateDirectory(tx, row)
  await record(tx, deps, row, 'update')
}

/** Removes a directory; accounts stay. Throws `ConnectionNotFound`. */
export async function removeDirectory(tx: Tx, deps: DirectoryDeps, id: string): Promise<void> {
  const row = await getDirectory(tx, id)
  await deleteDirectory(tx, id)
  await record(tx, deps, row, 'delete')
}

/** Throws `ConnectionNotFound`. */
export async function getDirectory(db: Db | Tx, id: string): Promise<DirectoryRow> {
  const row = await findDirectory(db, id)
  if (!row) throw refuse('ConnectionNotFound', 'No such directory.')
  return row
}

/** The directory as it would be saved, for a test; the stored password is used where none is sent and the address is the same. */
export async function draftAccess(
  deps: DirectoryDeps,
  fields: DirectoryFields & { readonly directoryId?: string | undefined },
): Promise<DirectoryAccess> {
  demandEncrypted(fields)
  const stored = fields.directoryId === undefined ? null : await getDirectory(deps.db, fields.directoryId)
  const isSame = stored !== null && stored.url === fields.url && stored.security === fields.security
  const kept = isSame ? accessOf(deps, stored).bindPassword : null
  const { name, url, security, caPem = null, bindDn = null, bindPassword = kept, settings } = fields
  return { id: stored?.id ?? '', name, url, security, caPem, bindDn, bindPassword, settings }
}

type Kept = Omit<DirectoryRow, 'name' | 'url' | 'security' | 'caPem' | 'bindDn' | 'settings' | 'mappings' | 'isEnabled'>

function toRow(deps: DirectoryDeps, fields: DirectoryFields, kept: Kept): DirectoryRow {
  const { name, url, security, caPem, bindDn, bindPassword, isEnabled, settings, rules } = fields
  const sealed = bindPassword === undefined ? kept.bindPasswordSealed : sealOrNone(deps, kept.id, bindPassword)
  return {
    ...kept,
    ...{ name, url, security, settings, isEnabled },
    caPem: caPem || null,
    bindDn: bindDn || null,
    bindPasswordSealed: bindDn ? sealed : null,
    mappings: rules,
  }
}

const sealOrNone = (deps: DirectoryDeps, id: string, password: string): string | null =>
  password === '' ? null : sealBindPassword(deps, id, password)

function refuseTaken(known: readonly DirectoryRow[], name: string, exceptId: string | null): void {
  const other = known.find((row) => row.name.toLowerCase() === name.toLowerCase())
  if (other && other.id !== exceptId) throw refuse('Conflict', `There is a directory called ${name} already.`)
}

/** Throws unless the connection is encrypted, or this is not asked of it, and every rule leads somewhere. */
async function demandUsable(tx: Tx, deps: DirectoryDeps, fields: DirectoryFields): Promise<void> {
  demandEncrypted(fields)
  for (const rule of fields.rules) {
    if ('duty' in rule) continue
    const org = await deps.accounts.findAccount(tx, rule.org)
    if (org?.type !== 'org') throw refuse('AccountNotFound', `There is no organisation ${rule.org}.`)
    if (rule.resourceGroup === undefined) continue
    if (rule.role === 'no_access')
      throw refuse('InvalidRequest', 'A resource group gives read, contributor, write or admin.')
    if (!(await deps.orgs.findResourceGroupByName(tx, org.id, rule.resourceGroup))) {
      throw refuse('GroupNotFound', `${rule.org} has no resource group ${rule.resourceGroup}.`)
    }
  }
}

function demandEncrypted({ url, security, allowPlain = false }: DirectoryFields): void {
  const { protocol, hostname } = new URL(url)
  if ((protocol === 'ldaps:') !== (security === 'ldaps')) {
    throw refuse('InvalidRequest', 'An address with ldaps:// goes with "ldaps", one with ldap:// with StartTLS.')
  }
  if (security === 'plain' && !LOOPBACK.test(hostname) && !allowPlain) {
    const risk = 'Passwords would go over the network as they are.'
    throw refuse('InvalidRequest', `${risk} Choose ldaps or StartTLS, or say that this network is trusted.`)
  }
}

async function record(tx: Tx, deps: DirectoryDeps, row: DirectoryRow, verb: string): Promise<void> {
  const { id, name, url, security, isEnabled, settings, mappings } = row
  const { syncMinutes, createsAccounts, linksByEmail } = settings
  const facts = { url, security, isEnabled, syncMinutes, createsAccounts, linksByEmail, rules: mappings.length }
  await deps.audit.record(tx, {
    chain: 'platform',
    action: `directory.${verb}`,
    target: { type: 'directory', id, name },
    ...(verb === 'delete' ? { before: facts } : { after: facts }),
  })
}

export async function showDirectory(db: Db, row: DirectoryRow): Promise<DirectoryView> {
  const { id, name, url, security, caPem, bindDn, isEnabled, settings, syncResult, problem } = row
  return {
    ...{ id, name, url, security, caPem, bindDn, isEnabled, settings, syncResult, problem },
    hasBindPassword: row.bindPasswordSealed !== null,
    rules: [...row.mappings],
    ...(await countIdentities(db, id)),
    syncedAt: row.syncedAt?.toISOString() ?? null,
    problemAt: row.problemAt?.toISOString() ?? null,
  }
}
