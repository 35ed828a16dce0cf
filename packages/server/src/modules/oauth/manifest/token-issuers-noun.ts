import { z } from 'zod'
import { describeDifference, itemProblem, type ManifestNoun } from '../../../kit/manifest/noun.js'
import { deleteIssuer, findIssuer, listIssuers, upsertIssuer } from '../queries/publishers.js'
import { recordIssuer } from '../record.js'
import type { OauthDeps } from '../deps.js'

const address = z.url({ protocol: /^https?$/ }).max(300)
const issuer = z.strictObject({
  issuer: address,
  kind: z.enum(['github', 'gitlab', 'other']).optional(),
  jwksUrl: address.optional(),
})
type IssuerItem = z.output<typeof issuer>

/** `tokenIssuers:` of a manifest: whose identity tokens of build jobs are believed. Their keys are fetched from there. */
export function createTokenIssuersNoun(deps: OauthDeps): ManifestNoun<IssuerItem> {
  return {
    key: 'tokenIssuers',
    identity: ['issuer'],
    schema: issuer,
    apply: async (tx, item, context) => {
      for (const key of ['issuer', 'jwksUrl'] as const) checkAddress(key, item[key])
      const before = await findIssuer(tx, item.issuer)
      const wanted = {
        kind: item.kind ?? before?.kind ?? ('other' as const),
        jwksUrl: item.jwksUrl ?? before?.jwksUrl ?? null,
      }
      const text = before ? describeDifference({ ...before }, wanted) : ''
      if (before && text === '') return null
      const id = before?.id ?? deps.ids.next()
      await upsertIssuer(tx, { id, issuer: item.issuer, ...wanted }, context.now)
      const action = before ? 'admin.token_issuer.update' : 'admin.token_issuer.create'
      await recordIssuer(tx, deps, id, { action, after: { issuer: item.issuer, ...wanted } })
      return { kind: before ? 'update' : 'create', subject: `token issuer ${item.issuer}`, text }
    },
    remove: async (tx, item, context) => {
      const before = await findIssuer(tx, item.issuer)
      if (!before || !(await deleteIssuer(tx, item.issuer))) return null
      await recordIssuer(tx, deps, before.id, { action: 'admin.token_issuer.delete', before: { issuer: item.issuer } })
      context.afterCommit(deps.accounts.forgetAll)
      return { kind: 'remove', subject: `token issuer ${item.issuer}`, text: '' }
    },
    export: async (db) =>
      (await listIssuers(db)).map((row) => ({ issuer: row.issuer, kind: row.kind, jwksUrl: row.jwksUrl ?? undefined })),
  }
}

/** Keys that come over an open network could be anybody's. */
function checkAddress(key: 'issuer' | 'jwksUrl', value: string | undefined): void {
  if (value === undefined) return
  const { protocol, hostname } = new URL(value)
  const isHere = ['localhost', '127.0.0.1', '[::1]'].includes(hostname)
  if (protocol !== 'https:' && !isHere) throw itemProblem([key], 'an https address')
}
