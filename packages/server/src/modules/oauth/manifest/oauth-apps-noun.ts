import { OAUTH_SCOPES } from '@stoa/contracts'
import { z } from 'zod'
import type { Tx } from '../../../kit/db/database.js'
import {
  type Change,
  describeDifference,
  itemProblem,
  type ManifestContext,
  type ManifestNoun,
} from '../../../kit/manifest/noun.js'
import { hashSecret } from '../../accounts/index.js'
import { deleteOauthApp, findOauthApp, listManifestApps, type OauthAppRow, upsertOauthApp } from '../queries/apps.js'
import { appFacts, recordApp } from '../record.js'
import { findRedirectProblem } from '../redirect-uri.js'
import type { OauthDeps } from '../deps.js'

const SCOPES = new Set<string>(OAUTH_SCOPES)

const app = z.strictObject({
  clientId: z.string().regex(/^[\w.:-]{1,200}$/, 'letters, digits and . : _ -, at most 200'),
  name: z.string().trim().min(1).max(80).optional(),
  homepage: z
    .url({ protocol: /^https?$/ })
    .max(300)
    .optional(),
  secret: z.string().min(8).max(200).optional(),
  public: z.boolean().optional(),
  redirectUris: z.array(z.url().max(500)).min(1).max(50),
  scopes: z.string().max(1000).optional(),
  autoApprove: z.boolean().optional(),
})
type AppItem = z.output<typeof app>

/** `oauthApps:` of a manifest: programs that sign people in with this platform. */
export function createOauthAppsNoun(deps: OauthDeps): ManifestNoun<AppItem> {
  return {
    key: 'oauthApps',
    identity: ['clientId'],
    schema: app,
    apply: (tx, item, context) => applyApp(tx, deps, item, context),
    remove: async (tx, item, context) => {
      const before = await findOauthApp(tx, item.clientId)
      const isGone = await deleteOauthApp(tx, item.clientId)
      if (before && isGone) await recordApp(tx, deps, before.id, { action: 'admin.oauth_app.delete' })
      if (isGone) context.afterCommit(deps.accounts.forgetAll)
      return isGone ? { kind: 'remove', subject: `oauth app ${item.clientId}`, text: '' } : null
    },
    export: async (db) =>
      (await listManifestApps(db)).map((row) => ({
        clientId: row.clientId,
        name: row.name || undefined,
        homepage: row.homepage ?? undefined,
        public: row.isPublic || undefined,
        redirectUris: [...row.redirectUris],
        scopes: row.scopes.join(' '),
        autoApprove: row.autoApprove || undefined,
      })),
  }
}

async function applyApp(tx: Tx, deps: OauthDeps, item: AppItem, context: ManifestContext): Promise<Change | null> {
  const before = await findOauthApp(tx, item.clientId)
  if (before && before.origin !== 'manifest')
    throw itemProblem(['clientId'], 'an id that no app outside of manifests has')
  const wanted = wantedApp(item, before)
  const subject = `oauth app ${item.clientId}`
  const after: OauthAppRow = { id: before?.id ?? deps.ids.next(), clientId: item.clientId, ...wanted }
  if (!before) {
    await upsertOauthApp(tx, after, context.now)
    await recordApp(tx, deps, after.id, { action: 'admin.oauth_app.create', after: appFacts(after) })
    return { kind: 'create', subject, text: '' }
  }
  const { secretHash: oldHash, ...shownBefore } = before
  const { secretHash: newHash, ...shownAfter } = wanted
  const texts = [describeDifference(shownBefore, shownAfter), oldHash === newHash ? '' : 'secret *** → ***']
  const text = texts.filter((one) => one !== '').join(', ')
  if (text === '') return null
  await upsertOauthApp(tx, after, context.now)
  const facts = { before: appFacts(before), after: { ...appFacts(after), isSecretChanged: oldHash !== newHash } }
  await recordApp(tx, deps, after.id, { action: 'admin.oauth_app.update', ...facts })
  return { kind: 'update', subject, text }
}

/** What is not named stays as it was, or is the default of a new app. */
function wantedApp(item: AppItem, before: OauthAppRow | null): Omit<OauthAppRow, 'id' | 'clientId'> {
  const scopes = item.scopes?.split(/\s+/).filter((scope) => scope !== '')
  const unknown = scopes?.find((scope) => !SCOPES.has(scope))
  if (unknown !== undefined) throw itemProblem(['scopes'], `"${unknown}" is not a scope`)
  for (const [index, uri] of item.redirectUris.entries()) {
    const problem = findRedirectProblem(uri)
    if (problem !== null)
      throw itemProblem(['redirectUris', index], `an address browsers can be sent to; this one ${problem}`)
  }
  return {
    name: item.name ?? before?.name ?? '',
    homepage: item.homepage ?? before?.homepage ?? null,
    origin: before?.origin ?? 'manifest',
    ownerId: before?.ownerId ?? null,
    secretHash: item.secret === undefined ? (before?.secretHash ?? null) : hashSecret(item.secret),
    isPublic: item.public ?? before?.isPublic ?? false,
    redirectUris: item.redirectUris,
    scopes: scopes ?? before?.scopes ?? ['openid', 'profile'],
    autoApprove: item.autoApprove ?? before?.autoApprove ?? false,
  }
}
