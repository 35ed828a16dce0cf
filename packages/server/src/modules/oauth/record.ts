import { type AuditFacts, PLATFORM_CHAIN } from '../../kit/audit/audit.js'
import type { Tx } from '../../kit/db/database.js'
import type { OauthKit } from './kit-deps.js'
import type { OauthAppRow } from './queries/apps.js'
import type { PublisherRow } from './queries/publishers.js'

interface AppChange {
  readonly action: string
  readonly before?: AuditFacts
  readonly after?: AuditFacts
}

/** Records what became of an app, in the platform's chain. */
export async function recordApp(tx: Tx, deps: OauthKit, appId: string, change: AppChange): Promise<void> {
  await deps.audit.record(tx, { chain: PLATFORM_CHAIN, target: { type: 'oauth_app', id: appId }, ...change })
}

/** What an event says of an app; of its secret only that it changed. */
export function appFacts({ clientId, isPublic, redirectUris, scopes, autoApprove }: OauthAppRow): AuditFacts {
  return { clientId, isPublic, redirectUris, scopes, autoApprove }
}

interface GrantChange {
  readonly action: string
  readonly outcome?: 'denied'
  readonly facts?: AuditFacts
}

/** Records what a person let an app do, or that it ended. */
export async function recordGrant(
  tx: Tx,
  deps: OauthKit,
  grant: { readonly id: string; readonly userId: string; readonly appId: string },
  { action, facts = {}, outcome }: GrantChange,
): Promise<void> {
  const target = { type: 'oauth_grant', id: grant.id }
  const after = { appId: grant.appId, ...facts }
  await deps.audit.record(tx, { chain: grant.userId, action, target, after, ...(outcome ? { outcome } : {}) })
}

/** Records what became of a trusted publisher, or that it gave a token, in the chain of the repository's account. */
export async function recordPublisher(tx: Tx, deps: OauthKit, publisher: PublisherRow, action: string): Promise<void> {
  const { id, accountId, issuer, targetType, targetName, claims } = publisher
  const after = { issuer, targetType, targetName, claims }
  await deps.audit.record(tx, { chain: accountId, action, target: { type: 'trusted_publisher', id }, after })
}

export async function recordIssuer(tx: Tx, deps: OauthKit, issuerId: string, change: AppChange): Promise<void> {
  await deps.audit.record(tx, { chain: PLATFORM_CHAIN, target: { type: 'token_issuer', id: issuerId }, ...change })
}
