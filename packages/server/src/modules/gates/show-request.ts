import type { AccessRequestJson } from '@stoa/contracts'
import type { Db } from '../../kit/db/database.js'
import type { Accounts, Contact } from '../accounts/index.js'
import type { AccessRequest } from './access-request.js'

/** Requests as the Hub's clients read them (hub-api-2x §4); `requestId` is always there, `user` while the account stands. */
export async function showRequests(
  accounts: Pick<Accounts, 'listContacts'>,
  db: Db,
  requests: readonly AccessRequest[],
): Promise<AccessRequestJson[]> {
  const ids = requests.flatMap(({ userId, reviewedBy }) => (reviewedBy === null ? [userId] : [userId, reviewedBy]))
  const people = await accounts.listContacts(db, [...new Set(ids)])
  return requests.map((request) => showRequest(request, people))
}

function showRequest(request: AccessRequest, people: ReadonlyMap<string, Contact>): AccessRequestJson {
  const user = people.get(request.userId)
  const reviewer = request.reviewedBy === null ? undefined : people.get(request.reviewedBy)
  return {
    requestId: request.id,
    status: request.status,
    timestamp: request.requestedAt.toISOString(),
    ...(user ? { user: { ...showPerson(request.userId, user), ...emailOf(request, user) } } : {}),
    ...(Object.keys(request.fields).length > 0 ? { fields: { ...request.fields } } : {}),
    ...(reviewer && request.reviewedBy ? { grantedBy: showPerson(request.reviewedBy, reviewer) } : {}),
    ...(request.reviewedAt ? { reviewedAt: request.reviewedAt.toISOString() } : {}),
    ...(request.rejectionReason === null ? {} : { rejectionReason: request.rejectionReason }),
  }
}

const showPerson = (id: string, { name, fullname, avatarUrl }: Contact) => ({
  _id: id,
  user: name,
  fullname,
  avatarUrl,
  type: 'user' as const,
})

/** Whoever was let in without asking did not agree to share an address. */
const emailOf = (request: AccessRequest, { email }: Contact): { email?: string } =>
  request.isGrant || email === null ? {} : { email }
