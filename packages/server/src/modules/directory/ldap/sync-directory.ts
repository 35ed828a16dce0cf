import { StoaError } from '@stoa/contracts'
import { actAs } from '../../../kit/audit/audit.js'
import type { DirectoryDeps } from '../deps.js'
import {
  countIdentities,
  type DirectoryRow,
  type IdentityRow,
  listDirectories,
  listIdentities,
  noteDirectory,
  updateIdentity,
} from '../queries/directories.js'
import { followDirectoryGroups, record, welcomeBack } from './admit-entry.js'
import type { DirectoryPerson } from './directory.js'
import { explainProblem } from './explain-problem.js'
import { type LdapSession, openLdap } from './ldap-client.js'
import { accessOf } from './open-directory.js'

const PAGE = 200
const MINUTE_MS = 60_000
/** More than so many, and more than half, are not suspended at once: rather the base or the filter is wrong. */
const MANY = 5

interface Counts {
  people: number
  suspended: number
  returned: number
}

/** Compares everybody who came through a directory with it. Throws what the directory or the network says. */
export async function syncDirectory(deps: DirectoryDeps, row: DirectoryRow): Promise<string> {
  return actAs('directory', async () => {
    const session = await openLdap(accessOf(deps, row))
    try {
      const counts: Counts = { people: 0, suspended: 0, returned: 0 }
      const gone: IdentityRow[] = []
      await forEachPage(deps, row, async (page) => {
        const present = await presentOf(session, page)
        counts.people += page.length
        for (const identity of page) {
          const person = present.get(identity.entryId)
          if (person && !person.isDisabled) await keep(deps, row, { session, identity, person, counts })
          else if (identity.suspendedAt === null) gone.push(identity)
        }
      })
      return await finish(deps, row, gone, counts)
    } finally {
      await session.close()
    }
  })
}

async function forEachPage(
  deps: DirectoryDeps,
  row: DirectoryRow,
  work: (page: readonly IdentityRow[]) => Promise<void>,
): Promise<void> {
  for (let after = ''; ; ) {
    const page = await listIdentities(deps.db, row.id, { after, limit: PAGE })
    if (page.length > 0) await work(page)
    const last = page.at(-1)
    if (page.length < PAGE || !last) return
    after = last.entryId
  }
}

async function presentOf(session: LdapSession, page: readonly IdentityRow[]): Promise<Map<string, DirectoryPerson>> {
  const found = await session.listPeople(page.map((identity) => identity.entryId))
  return new Map(found.map((person) => [person.entryId, person]))
}

interface Kept {
  readonly session: LdapSession
  readonly identity: IdentityRow
  readonly person: DirectoryPerson
  readonly counts: Counts
}

async function keep(
  deps: DirectoryDeps,
  row: DirectoryRow,
  { session, identity, person, counts }: Kept,
): Promise<void> {
  const groups = row.mappings.length === 0 ? [] : await session.listGroups(person.dn)
  if (identity.suspendedAt !== null) counts.returned += 1
  const { userId } = identity
  await deps.write(async (tx) => {
    await welcomeBack(tx, deps, identity, person)
    await followDirectoryGroups(tx, deps, row, { userId, groups })
  })
}

/** Suspends who is gone, unless that would be very many. */
async function finish(
  deps: DirectoryDeps,
  row: DirectoryRow,
  gone: readonly IdentityRow[],
  counts: Counts,
): Promise<string> {
  const now = deps.clock.now()
  const { people, suspended } = await countIdentities(deps.db, row.id)
  if (gone.length > MANY && gone.length * 2 > people - suspended) {
    const problem = `${gone.length} of ${people - suspended} accounts are no longer found. Nobody was suspended: check where people are looked for and the filter.`
    await deps.write((tx) => noteDirectory(tx, row.id, { syncedAt: now, syncResult: null, problem, problemAt: now }))
    return problem
  }
  const notes: string[] = []
  for (const identity of gone) {
    if (await suspend(deps, identity, notes)) counts.suspended += 1
  }
  const result = `${counts.people} people compared, ${counts.suspended} suspended, ${counts.returned} came back.`
  const syncResult = [result, ...new Set(notes)].join(' ')
  await deps.write((tx) => noteDirectory(tx, row.id, { syncedAt: now, syncResult, problem: null, problemAt: null }))
  return syncResult
}

async function suspend(deps: DirectoryDeps, identity: IdentityRow, notes: string[]): Promise<boolean> {
  const { people } = deps.accounts
  try {
    return await deps.write(async (tx) => {
      const account = await people.find(tx, identity.userId)
      if (account?.state !== 'active') return false
      await people.suspend(tx, identity.userId, 'the directory no longer has the account, or disabled it')
      await updateIdentity(tx, identity, { suspendedAt: deps.clock.now() })
      await record(tx, deps, identity.directoryId, identity.userId, 'suspend')
      return true
    })
  } catch (error) {
    if (!(error instanceof StoaError)) throw error
    notes.push(error.message)
    return false
  }
}

/** Compares each directory as often as it says. */
export function scheduleDirectorySync(deps: DirectoryDeps): void {
  deps.jobs.repeat('directory.syncDirectories', MINUTE_MS, async ({ signal }) => {
    for (const row of await listDirectories(deps.db)) {
      if (signal.aborted) return
      if (isDue(row, deps.clock.now())) await syncOrNote(deps, row)
    }
  })
}

function isDue({ isEnabled, settings, syncedAt }: DirectoryRow, now: Date): boolean {
  if (!isEnabled || settings.syncMinutes === 0) return false
  return syncedAt === null || now.getTime() - syncedAt.getTime() >= settings.syncMinutes * MINUTE_MS
}

/** A directory that is away suspends nobody; it is asked again at its time. */
async function syncOrNote(deps: DirectoryDeps, row: DirectoryRow): Promise<void> {
  try {
    await syncDirectory(deps, row)
  } catch (error) {
    const now = deps.clock.now()
    const note = { syncedAt: now, problem: explainProblem(error), problemAt: now }
    await deps.write((tx) => noteDirectory(tx, row.id, note))
  }
}
