import { directoryFields, type DirectoryFields, GROUP_RULES_MAX, groupRule, StoaError } from '@stoa/contracts'
import { z } from 'zod'
import type { Tx } from '../../../kit/db/database.js'
import { type Change, describeDifference, isSame, itemProblem, type ManifestNoun } from '../../../kit/manifest/noun.js'
import type { DirectoryDeps } from '../deps.js'
import { addDirectory, changeDirectory, removeDirectory } from '../ldap/change-directory.js'
import { accessOf } from '../ldap/open-directory.js'
import { type DirectoryRow, listDirectories } from '../queries/directories.js'

const directoryItem = directoryFields.extend({
  isEnabled: z.boolean().default(true),
  rules: z.array(groupRule).max(GROUP_RULES_MAX).default([]),
})
type DirectoryItem = z.output<typeof directoryItem>

/** `directories:` of a manifest: LDAP and Active Directory. */
export function createDirectoriesNoun(deps: DirectoryDeps): ManifestNoun<DirectoryItem> {
  return {
    key: 'directories',
    identity: ['name'],
    schema: directoryItem,
    apply: (tx, item) => applyItem(tx, deps, item),
    remove: async (tx, item) => {
      const row = await findByName(tx, item.name)
      if (!row) return null
      await removeDirectory(tx, deps, row.id)
      return { kind: 'remove', subject: `directory ${row.name}`, text: '' }
    },
    export: async (db) => (await listDirectories(db)).map(toItem),
  }
}

const findByName = async (tx: Tx, name: string): Promise<DirectoryRow | undefined> =>
  (await listDirectories(tx)).find((row) => row.name.toLowerCase() === name.toLowerCase())

function toItem({ name, url, security, caPem, bindDn, isEnabled, settings, mappings }: DirectoryRow): DirectoryItem {
  return { name, url, security, caPem, bindDn, isEnabled, settings, rules: [...mappings] }
}

async function applyItem(tx: Tx, deps: DirectoryDeps, item: DirectoryItem): Promise<Change | null> {
  const before = await findByName(tx, item.name)
  const subject = `directory ${item.name}`
  try {
    if (!before) {
      await addDirectory(tx, deps, item)
      return { kind: 'create', subject, text: item.url }
    }
    const text = differenceOf(deps, before, item)
    if (text === '') return null
    await changeDirectory(tx, deps, before.id, item)
    return { kind: 'update', subject, text }
  } catch (error) {
    throw error instanceof StoaError ? itemProblem([], error.message) : error
  }
}

/** The password itself is never part of it. */
function differenceOf(deps: DirectoryDeps, before: DirectoryRow, item: DirectoryFields): string {
  const { caPem, bindDn, settings, ...plain } = toItem(before)
  const wanted = { ...plain, name: plain.name, url: item.url, security: item.security, isEnabled: item.isEnabled }
  const texts = [describeDifference(plain, { ...wanted, rules: item.rules })]
  if ((item.caPem || null) !== caPem) texts.push('certificates')
  if ((item.bindDn || null) !== bindDn) texts.push(`bindDn ${bindDn ?? 'none'} → ${item.bindDn || 'none'}`)
  if (!isSame(settings, item.settings)) texts.push('settings')
  const isOther = item.bindPassword !== undefined && (accessOf(deps, before).bindPassword ?? '') !== item.bindPassword
  if (isOther) texts.push('bindPassword *** → *** (new)')
  return texts.filter((text) => text !== '').join(', ')
}
