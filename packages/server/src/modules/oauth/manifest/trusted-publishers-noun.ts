import { publisherClaims } from '@stoa/contracts'
import { z } from 'zod'
import type { Tx } from '../../../kit/db/database.js'
import { isSame, itemProblem, type ManifestNoun } from '../../../kit/manifest/noun.js'
import { findAccountRow, findAccountRowById } from '../../accounts/index.js'
import { addPublisher, findPublisherProblem, namespaceOf, type NewPublisher, removePublisher } from '../publishers.js'
import { findIssuer, listAllPublishers, listPublishersFor, type PublisherRow } from '../queries/publishers.js'
import type { OauthDeps } from '../deps.js'

const publisher = z.strictObject({
  type: z.enum(['model', 'dataset', 'space', 'kernel', 'user']),
  target: z.string().min(1).max(200),
  issuer: z.string().max(300),
  claims: publisherClaims.optional(),
  /** As whom the jobs act. */
  as: z.string().max(96).optional(),
})
type PublisherItem = z.output<typeof publisher>

/** `trustedPublishers:` of a manifest: build jobs that may write to one repository. One per repository and claims. */
export function createTrustedPublishersNoun(deps: OauthDeps): ManifestNoun<PublisherItem> {
  return {
    key: 'trustedPublishers',
    identity: ['type', 'target', 'issuer'],
    schema: publisher,
    apply: async (tx, item) => {
      const wanted = await readItem(tx, item)
      if ((await findSame(tx, item)).length > 0) return null
      await addPublisher(tx, deps, wanted)
      return { kind: 'create', subject: `trusted publisher of ${item.type} ${item.target}`, text: item.issuer }
    },
    remove: async (tx, item, context) => {
      const known = await findSame(tx, item)
      if (known.length === 0) return null
      for (const one of known) await removePublisher(tx, deps, one)
      context.afterCommit(deps.accounts.forgetAll)
      return { kind: 'remove', subject: `trusted publisher of ${item.type} ${item.target}`, text: '' }
    },
    export: async (db) => {
      const items: PublisherItem[] = []
      for (const row of await listAllPublishers(db)) {
        const user = await findAccountRowById(db, row.userId)
        const { targetType: type, targetName: target, issuer, claims } = row
        items.push({ type, target, issuer, claims, as: user?.name })
      }
      return items
    },
  }
}

/** Publishers of the same target and issuer; those with other claims are others, unless none are named. */
async function findSame(tx: Tx, item: PublisherItem): Promise<PublisherRow[]> {
  const issuer = await findIssuer(tx, item.issuer)
  if (!issuer) return []
  const rows = await listPublishersFor(tx, { type: item.type, name: item.target }, issuer.id)
  return rows.filter((row) => item.claims === undefined || isSame(row.claims, item.claims))
}

async function readItem(tx: Tx, item: PublisherItem): Promise<NewPublisher> {
  const issuer = await findIssuer(tx, item.issuer)
  if (!issuer) throw itemProblem(['issuer'], 'one of tokenIssuers')
  const namespace = namespaceOf(item.type, item.target)
  const account = namespace === null ? null : await findAccountRow(tx, namespace)
  if (!account || account.state === 'removed') throw itemProblem(['target'], 'namespace/name of an account that exists')
  const user = await findAccountRow(tx, item.as ?? (account.kind === 'user' ? account.name : ''))
  if (user?.kind !== 'user' || user.state !== 'active') throw itemProblem(['as'], 'the name of a user')
  const wanted: NewPublisher = {
    issuer,
    account,
    targetType: item.type,
    targetName: item.target,
    claims: item.claims ?? {},
    userId: user.id,
  }
  const problem = findPublisherProblem(wanted)
  if (problem !== null) throw itemProblem(['claims'], problem)
  return wanted
}
