import { openSecret, type SealPurpose, sealSecret } from '../../../kit/sealed-secret.js'
import type { DirectoryDeps } from '../deps.js'
import type { DirectoryRow } from '../queries/directories.js'
import type { DirectoryAccess } from './directory.js'

const purposeOf = (directoryId: string): SealPurpose => ({ label: 'stoa.directory.bind', subject: directoryId })

/** The password of the account that looks people up, for the database. */
export function sealBindPassword(deps: DirectoryDeps, directoryId: string, password: string): string {
  return sealSecret(deps.instanceKey, purposeOf(directoryId), password)
}

/** How a directory is reached, its secret opened. */
export function accessOf(deps: DirectoryDeps, row: DirectoryRow): DirectoryAccess {
  const { id, name, url, security, caPem, bindDn, bindPasswordSealed, settings } = row
  const bindPassword =
    bindPasswordSealed === null ? null : openSecret(deps.instanceKey, purposeOf(id), bindPasswordSealed)
  return { id, name, url, security, caPem, bindDn, bindPassword, settings }
}
