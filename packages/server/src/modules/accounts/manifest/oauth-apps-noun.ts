import { z } from 'zod'
import type { Tx } from '../../../kit/db/database.js'
import {
  type Change,
  describeDifference,
  itemProblem,
  type ManifestContext,
  type ManifestNoun,
} from '../../../kit/manifest/noun.js'
import type { AuditEntry, AuditFacts } from '../../../kit/audit/audit.js'
import { deleteOauthApp, findOauthApp, listOauthApps, type OauthAppRow, upsertOauthApp } from '../queries/platform.js'
import { hashSecret } from '../token-secret.js'
import type { NounDeps } from './noun-deps.js'

/** Scopes an app may ask for (hub-api 5.6). */
const SCOPES = new Set(
  `openid profile email read-billing read-memberships read-repos gated-repos contribute-repos write-repos manage-repos
  read-collections write-collections inference-api read-endpoints write-endpoints jobs webhooks write-discussions`.split(
    /\s+/,
  ),
)

const app = z.strictObject({
  clientId: z.string().regex(/^[\w.:-]{1,200}$/, 'letters, digits and . : _ -, at most 200'),
  secret: z.string().min(8).max(200).optional(),
  public: z.boolean().optional(),
  redirectUris: z.array(z.url().max(500)).min(1).max(50),
  scopes: z.string().max(1000).optional(),
  autoApprove: z.boolean().optional(),
})
type AppItem = z.output<typeof app>

/** `oauthApps:` of a manifest: programs that sign people in with this platform. */
export function createOauthAppsNoun(deps: NounDeps): ManifestNoun<AppItem> {
  return {
    key: 'oauthApps',
    identity: ['clientId'],
    schema: app,
    apply: (tx, item, context) => applyApp(tx, deps, item, context),
    remove: async (tx, item) => {
      const before = await findOauthApp(tx, item.clientId)
      const isGone = await deleteOauthApp(tx, item.clientId)
      if (before && isGone) await recordApp(tx, deps, before.id, { action: 'admin.oauth_app.delete' })
      return isGone ? { kind: 'remove', subject: `oauth app ${item.clientId}`, text: '' } : null
    },
    export: async (db) =>
      (await listOauthApps(db)).map((row) => ({
        clientId: row.clientId,
        public: row.isPublic || undefined,
        redirectUris: [...row.redirectUris],
        scopes: row.scopes.join(' '),
        autoApprove: row.autoApprove || undefined,
      })),
  }
}

async function applyApp(tx: Tx, deps: NounDeps, item: AppItem, context: ManifestContext): Promise<Change | null> {
  const before = await findOauthApp(tx, item.clientId)
  const wanted = wantedApp(item, before)
  const subject = `oauth app ${item.clientId}`
  const after: OauthAppRow = { id: before?.id ?? deps.ids.next(), clientId: item.clientId, ...wanted }
  if (!before) {
    await upsertOauthApp(tx, after, context.now)
    await recordApp(tx, deps, after.id, { action: 'admin.oauth_app.create', after: factsOf(after) })
    return { kind: 'create', subject, text: '' }
  }
  const { secretHash: oldHash, ...shownBefore } = before
  const { secretHash: newHash, ...shownAfter } = wanted
  const texts = [describeDifference(shownBefore, shownAfter), oldHash === newHash ? '' : 'secret *** → ***']
  const text = texts.filter((one) => one !== '').join(', ')
  if (text === '') return null
  await upsertOauthApp(tx, after, context.now)
  const facts = { before: factsOf(before), after: { ...factsOf(after), isSecretChanged: oldHash !== newHash } }
  await recordApp(tx, deps, after.id, { action: 'admin.oauth_app.update', ...facts })
  return { kind: 'update', subject, text }
}

function recordApp(
  tx: Tx,
  deps: NounDeps,
  id: string,
  change: Pick<AuditEntry, 'action' | 'before' | 'after'>,
): Promise<void> {
  return deps.audit.record(tx, { chain: 'platform', target: { type: 'oauth_app', id }, ...change })
}

function factsOf({ clientId, isPublic, redirectUris, scopes, autoApprove }: OauthAppRow): AuditFacts {
  return { clientId, isPublic, redirectUris, scopes, autoApprove }
}

/** What is not named stays as it was, or is the default of a new app. */
function wantedApp(item: AppItem, before: OauthAppRow | null): Omit<OauthAppRow, 'id' | 'clientId'> {
  const scopes = item.scopes?.split(/\s+/).filter((scope) => scope !== '')
  const unknown = scopes?.find((scope) => !SCOPES.has(scope))
  if (unknown !== undefined) throw itemProblem(['scopes'], `"${unknown}" is not a scope`)
  for (const [index, uri] of item.redirectUris.entries()) {
    const { protocol, hash } = new URL(uri)
    if (/^(javascript|data|vbscript|file|blob):$/.test(protocol) || hash !== '') {
      throw itemProblem(['redirectUris', index], 'an address without a fragment that a browser may be sent to')
    }
  }
  return {
    secretHash: item.secret === undefined ? (before?.secretHash ?? null) : hashSecret(item.secret),
    isPublic: item.public ?? before?.isPublic ?? false,
    redirectUris: item.redirectUris,
    scopes: scopes ?? before?.scopes ?? ['openid', 'profile'],
    autoApprove: item.autoApprove ?? before?.autoApprove ?? false,
  }
}
