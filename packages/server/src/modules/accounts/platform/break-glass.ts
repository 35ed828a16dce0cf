import type { AccountsDeps } from '../deps.js'
import type { AccountRow } from '../queries/accounts.js'
import { insertOpening, type OpeningRow } from '../queries/standing.js'

/** What an organisation keeps private is open to whoever broke the glass for so long. */
export const OPEN_MS = 60 * 60_000

/** Opens an organisation for reading to one person of the platform; the organisation finds it in its own audit chain. */
export async function breakGlass(
  deps: AccountsDeps,
  opening: { readonly userId: string; readonly org: AccountRow; readonly reason: string },
): Promise<OpeningRow> {
  const { userId, org, reason } = opening
  const createdAt = deps.clock.now()
  const expiresAt = new Date(createdAt.getTime() + OPEN_MS)
  const row = { id: deps.ids.next(), userId, orgId: org.id, reason, createdAt, expiresAt }
  await deps.write(async (tx) => {
    await insertOpening(tx, row)
    const event = { action: 'admin.break_glass', target: { type: 'org', id: org.id, name: org.name }, reason }
    await deps.audit.record(tx, { chain: org.id, ...event, after: { expiresAt } })
    await deps.audit.record(tx, { chain: 'platform', ...event, after: { expiresAt } })
  })
  return row
}
