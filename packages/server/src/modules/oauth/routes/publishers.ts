import { addPublisher, listPublishers, refuse, removePublisher } from '@stoa/contracts'
import type { UserActor } from '../../../kit/http/actor.js'
import type { Http } from '../../../kit/http/server.js'
import {
  type AccountRow,
  findAccountRow,
  findAccountRowById,
  listAccountRowsById,
  requireSession,
  roleIn,
} from '../../accounts/index.js'
import { addPublisher as add, namespaceOf, removePublisher as remove } from '../publishers.js'
import { findIssuer, findPublisher, listIssuers, listPublishersOf, type PublisherRow } from '../queries/publishers.js'
import type { OauthDeps } from '../deps.js'

/** Build jobs elsewhere that may write to one repository. */
export function bindPublishers(http: Http, deps: OauthDeps): void {
  const stoa = http.scope('stoa')
  const getOwned = async (actor: UserActor, name: string): Promise<AccountRow> => {
    requireSession(actor)
    const account = await findAccountRow(deps.db, name)
    if (!account || account.state === 'removed') throw refuse('AccountNotFound')
    if (roleIn(actor, account.id) !== 'admin')
      throw refuse('Forbidden', `Only an admin of ${account.name} may do this.`)
    return account
  }

  stoa.bind(listPublishers, async ({ actor, params }) => {
    const account = await getOwned(actor, params.name)
    const rows = await listPublishersOf(deps.db, account.id)
    const users = await listAccountRowsById(deps.db, [...new Set(rows.map((row) => row.userId))])
    const nameOf = new Map(users.map((user) => [user.id, user.name]))
    const issuers = (await listIssuers(deps.db)).map(({ issuer, kind }) => ({ issuer, kind }))
    return { issuers, publishers: rows.map((row) => showPublisher(row, nameOf.get(row.userId) ?? '')) }
  })

  stoa.bind(addPublisher, async ({ actor, body }) => {
    const { targetType, targetName, claims } = body
    const namespace = namespaceOf(targetType, targetName)
    if (namespace === null) throw refuse('InvalidRequest', 'targetName is namespace/name, or a user name.')
    const account = await getOwned(actor, namespace)
    const issuer = await findIssuer(deps.db, body.issuer)
    if (!issuer) throw refuse('IssuerNotTrusted')
    const wanted = { issuer, account, targetType, targetName, claims, userId: actor.userId }
    return showPublisher(await deps.write((tx) => add(tx, deps, wanted)), actor.name)
  })

  stoa.bind(removePublisher, async ({ actor, params }) => {
    requireSession(actor)
    const publisher = await findPublisher(deps.db, params.publisherId)
    const account = publisher && (await findAccountRowById(deps.db, publisher.accountId))
    if (!publisher || !account || roleIn(actor, account.id) !== 'admin') throw refuse('NotFound')
    await deps.write((tx) => remove(tx, deps, publisher))
    deps.accounts.forgetUser(publisher.userId)
  })
}

function showPublisher(row: PublisherRow, user: string) {
  return {
    id: row.id,
    issuer: row.issuer,
    targetType: row.targetType,
    targetName: row.targetName,
    claims: { ...row.claims },
    user,
    createdAt: row.createdAt.toISOString(),
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
  }
}
