import { sql } from 'kysely'
import type { Db, Tx } from '../../../kit/db/database.js'
import type { TokenKind } from '../authz/token-policy.js'

/** A token that reaches an organisation, with whose it is. */
export interface ReachingTokenRow {
  readonly id: string
  readonly userId: string
  readonly ownerKind: 'user' | 'service'
  readonly name: string
  readonly role: TokenKind
  readonly scopes: readonly { readonly entity: { readonly name: string }; readonly permissions: readonly string[] }[]
  readonly createdAt: Date
  readonly expiresAt: Date | null
  readonly lastUsedAt: Date | null
  readonly lastUsedPrefix: string | null
}

interface ReachingPage {
  readonly after: string
  readonly limit: number
  /** Only this one. */
  readonly id?: string
  readonly now: Date
}

/** Tokens of members and service accounts that are not ended and whose scopes reach the organisation, by id. */
export async function listReachingTokens(
  db: Db | Tx,
  org: { readonly id: string; readonly name: string },
  { after, limit, id, now }: ReachingPage,
): Promise<ReachingTokenRow[]> {
  const { rows } = await sql<ReachingTokenRow>`
    select t.id, t.user_id, a.kind as owner_kind, t.name, t.role, t.scopes, t.created_at, t.expires_at, t.last_used_at,
      t.last_used_prefix
    from accounts.access_tokens t
    join accounts.memberships m on m.user_id = t.user_id and m.org_id = ${org.id}
    join accounts.accounts a on a.id = t.user_id and a.state = 'active'
    where t.id > ${after} ${id === undefined ? sql`` : sql`and t.id = ${id}`}
      and (t.expires_at is null or t.expires_at > ${now})
      and (t.role <> 'fineGrained' or exists (
        select from jsonb_array_elements(t.scopes) s
        where split_part(lower(s -> 'entity' ->> 'name'), '/', 1) = lower(${org.name})))
    order by t.id limit ${limit}`.execute(db)
  return rows
}
