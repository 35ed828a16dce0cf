import { refuse } from '@stoa/contracts'
import { checkGitmodules, GitFormatError, MAX_GITMODULES_BYTES, type ObjectFacts } from '@stoa/git'
import type { ObjectReader } from './object-reader.js'

/** What new objects point at outside of themselves. */
export type OutsideFacts = Pick<ObjectFacts, 'links' | 'submoduleFiles'>
type Reader = Pick<ObjectReader, 'readInfo' | 'readObjects'>

/** Submodule files that new trees may name among the stored objects: more than a history of honest ones has. */
const MAX_SUBMODULE_FILES = 2_000
const READ_AT_ONCE = 20

/**
 * Throws `GitObjectRefused` unless every named object is in the repository with its type, and the contents that new trees call
 * submodule files (which may have come under another name) are harmless.
 */
export async function checkLinks(reader: Reader, repoId: string, facts: OutsideFacts): Promise<void> {
  const { links, submoduleFiles } = facts
  if (links.size === 0) return
  const infos = await reader.readInfo(repoId, [...links.keys()])
  for (const [oid, type] of links) {
    const found = infos.get(oid)?.type
    if (found === undefined) throw refuse('GitObjectRefused', `missing necessary objects: ${type} ${oid}`)
    if (found !== type) throw refuse('GitObjectRefused', `${oid} is a ${found}, but a ${type} is expected`)
  }
  if (submoduleFiles.length > MAX_SUBMODULE_FILES)
    throw refuse('GitObjectRefused', `more than ${MAX_SUBMODULE_FILES} stored files are named .gitmodules`)
  for (const oid of submoduleFiles)
    if ((infos.get(oid)?.sizeBytes ?? 0) > MAX_GITMODULES_BYTES)
      throw refuse('GitObjectRefused', `blob ${oid}: .gitmodules is too large`, { rule: 'gitmodulesLarge' })
  for (let at = 0; at < submoduleFiles.length; at += READ_AT_ONCE)
    await checkStored(reader, repoId, submoduleFiles.slice(at, at + READ_AT_ONCE))
}

async function checkStored(reader: Reader, repoId: string, oids: readonly string[]): Promise<void> {
  for (const [oid, { data }] of await reader.readObjects(repoId, oids)) {
    try {
      checkGitmodules(data)
    } catch (error) {
      if (!(error instanceof GitFormatError)) throw error
      throw refuse('GitObjectRefused', `blob ${oid}: ${error.message}`, { rule: error.rule })
    }
  }
}
