import type { DirectoryDeps } from '../deps.js'
import { type DirectoryRow, listDirectories, noteDirectory } from '../queries/directories.js'
import { admitEntry } from './admit-entry.js'
import { explainProblem } from './explain-problem.js'
import { isPasswordOf, openLdap } from './ldap-client.js'
import { accessOf } from './open-directory.js'

/** A directory that could not be asked is left alone for so long, so that nobody waits for it again and again. */
const REST_MS = 10_000
/** Sign-ins that wait for directories at once; more are refused. */
const AT_ONCE = 50

/** Passwords that directories know. */
export interface DirectorySignIn {
  /** The user a login and password belong to in one of the directories; null when there is none, or nothing could be asked. */
  check(login: string, password: string): Promise<string | null>
}

export function createDirectorySignIn(deps: DirectoryDeps): DirectorySignIn {
  const restsUntil = new Map<string, number>()
  let waiting = 0

  async function ask(row: DirectoryRow, login: string, password: string): Promise<string | null> {
    try {
      const userId = await checkIn(deps, row, { login, password })
      if (row.problem !== null && userId !== null) await note(row, null)
      return userId
    } catch (error) {
      restsUntil.set(row.id, deps.clock.now().getTime() + REST_MS)
      deps.log.warn('a directory could not be asked', { directory: row.name, reason: explainProblem(error) })
      await note(row, explainProblem(error))
      return null
    }
  }

  async function note(row: DirectoryRow, problem: string | null): Promise<void> {
    const problemAt = problem === null ? null : deps.clock.now()
    await deps.write((tx) => noteDirectory(tx, row.id, { problem, problemAt }))
  }

  return {
    async check(login, password) {
      if (password === '' || login === '' || waiting >= AT_ONCE) return null
      const nowMs = deps.clock.now().getTime()
      const rows = (await listDirectories(deps.db)).filter((row) => row.isEnabled)
      waiting += 1
      try {
        for (const row of rows) {
          if ((restsUntil.get(row.id) ?? 0) > nowMs) continue
          const userId = await ask(row, login, password)
          if (userId !== null) return userId
        }
        return null
      } finally {
        waiting -= 1
      }
    },
  }
}

/** Looks somebody up and tries the password, also that of nobody: an unknown name takes the same steps. */
async function checkIn(
  deps: DirectoryDeps,
  row: DirectoryRow,
  { login, password }: { readonly login: string; readonly password: string },
): Promise<string | null> {
  const access = accessOf(deps, row)
  const session = await openLdap(access)
  try {
    const found = await session.findPeople(login)
    const only = found.length === 1 ? found[0] : undefined
    const person = only && !only.isDisabled ? only : null
    const isRight = await isPasswordOf(access, person?.dn ?? null, password)
    if (!isRight || !person) return null
    const groups = row.mappings.length === 0 ? [] : await session.listGroups(person.dn)
    const admission = await deps.write((tx) => admitEntry(tx, deps, row, { person, groups }))
    if ('userId' in admission) return admission.userId
    await deps.write((tx) => noteDirectory(tx, row.id, { problem: admission.problem, problemAt: deps.clock.now() }))
    return null
  } finally {
    await session.close()
  }
}
