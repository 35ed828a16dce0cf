import type { InvitationView } from '@stoa/contracts'
import { type InvitationRow, listUses } from '../queries/invitations.js'
import type { InviteDeps } from './invite-deps.js'

const ACCEPTED_SHOWN = 10

/** Invitations as those who made them see them. */
export async function showInvitations(deps: InviteDeps, rows: readonly InvitationRow[]): Promise<InvitationView[]> {
  const uses = await listUses(
    deps.db,
    rows.map(({ id }) => id),
    ACCEPTED_SHOWN,
  )
  const people = [...uses.values()].flat()
  const inviters = rows.flatMap(({ invitedBy }) => invitedBy ?? [])
  const contacts = await deps.accounts.listContacts(deps.db, [...new Set([...people, ...inviters])])
  const groupNames = await listGroupNames(deps, rows)
  const nameOf = (id: string): string[] => {
    const contact = contacts.get(id)
    return contact ? [contact.name] : []
  }
  const now = deps.clock.now()
  return rows.map((row) => ({
    id: row.id,
    email: deps.book.open(row.id, 'email', row.emailSealed),
    name: deps.book.open(row.id, 'name', row.nameSealed),
    role: row.role,
    groups: row.groups.flatMap(({ groupId, role }) => {
      const name = groupNames.get(groupId)
      return name === undefined ? [] : [{ id: groupId, name, role }]
    }),
    state: stateOf(row, now),
    isLetter: row.isLetter,
    maxUses: row.maxUses,
    uses: row.uses,
    acceptedBy: (uses.get(row.id) ?? []).flatMap(nameOf),
    invitedBy: row.invitedBy === null ? null : (nameOf(row.invitedBy)[0] ?? null),
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
  }))
}

function stateOf(row: InvitationRow, now: Date): InvitationView['state'] {
  if (row.revokedAt !== null) return 'revoked'
  if (row.uses >= row.maxUses) return 'accepted'
  return row.expiresAt <= now ? 'expired' : 'open'
}

async function listGroupNames(deps: InviteDeps, rows: readonly InvitationRow[]): Promise<Map<string, string>> {
  const names = new Map<string, string>()
  for (const { orgId, groups } of rows) {
    for (const { groupId } of groups) {
      if (orgId === null || names.has(groupId)) continue
      const group = await deps.orgs.findResourceGroup(deps.db, orgId, groupId)
      if (group) names.set(groupId, group.name)
    }
  }
  return names
}
