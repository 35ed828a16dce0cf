import type { Tx } from '../../../kit/db/database.js'
import type { DirectoryDeps } from '../deps.js'
import { findProvisionedUser, listProvisionedUsers } from '../queries/provisioned-users.js'
import { applyMappings } from './membership.js'

/** So many people follow a change of groups in its own transaction; more follow in the background, so many at once. */
const AT_ONCE = 100
const JOB = 'directory.followGroups'

/** What follows from groups for these provisioned users; sentences worth knowing. */
export async function followGroups(
  tx: Tx,
  deps: DirectoryDeps,
  orgId: string,
  memberIds: readonly string[],
): Promise<string[]> {
  const notes = await followNow(tx, deps, orgId, memberIds.slice(0, AT_ONCE))
  for (let at = AT_ONCE; at < memberIds.length; at += AT_ONCE) {
    await deps.jobs.enqueue(tx, JOB, { orgId, memberIds: memberIds.slice(at, at + AT_ONCE) })
  }
  return notes
}

async function followNow(tx: Tx, deps: DirectoryDeps, orgId: string, memberIds: readonly string[]): Promise<string[]> {
  const notes: string[] = []
  for (const id of memberIds) {
    const user = await findProvisionedUser(tx, { orgId, managedOnly: false, id })
    if (user?.active) notes.push(...(await applyMappings(tx, deps, user)))
  }
  return [...new Set(notes)]
}

/** Everybody of an organisation, after its mappings were changed. */
export async function followEverybody(tx: Tx, deps: DirectoryDeps, orgId: string): Promise<string[]> {
  const ids: string[] = []
  for (let offset = 0; ; offset += 1_000) {
    const users = await listProvisionedUsers(tx, { orgId, managedOnly: false }, { offset, limit: 1_000 })
    ids.push(...users.filter((user) => user.active).map((user) => user.id))
    if (users.length < 1_000) return followGroups(tx, deps, orgId, ids)
  }
}

export function handleFollowJobs(deps: DirectoryDeps): void {
  deps.jobs.handle(JOB, async (payload) => {
    const { orgId, memberIds } = payload as { orgId: string; memberIds: string[] }
    await deps.write((tx) => followNow(tx, deps, orgId, memberIds))
  })
}
