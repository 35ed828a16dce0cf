import { refuse } from '@stoa/contracts'
import type { Tx } from '../../kit/db/database.js'
import type { AccountRow } from '../accounts/index.js'
import type { OauthKit } from './kit-deps.js'
import {
  deletePublisher,
  insertPublisher,
  type IssuerRow,
  type PublisherRow,
  type TargetType,
} from './queries/publishers.js'
import { findPatternProblem } from './claim-patterns.js'
import { recordPublisher } from './record.js'

const REPO_NAME = /^[\w.-]{1,96}\/[\w.-]{1,96}$/

export interface NewPublisher {
  readonly issuer: IssuerRow
  /** The account of the target: the repository's namespace, or the user. */
  readonly account: AccountRow
  readonly targetType: TargetType
  readonly targetName: string
  readonly claims: Readonly<Record<string, string>>
  /** As whom the jobs act. */
  readonly userId: string
}

/** The account a target belongs to, by name; null when the name is none. */
export function namespaceOf(targetType: TargetType, targetName: string): string | null {
  if (targetType === 'user') return targetName.includes('/') ? null : targetName
  return REPO_NAME.test(targetName) ? (targetName.split('/')[0] ?? null) : null
}

/** Why a publisher cannot be; null when it can. */
export function findPublisherProblem({ issuer, account, targetType, claims, userId }: NewPublisher): string | null {
  if (targetType === 'user' && account.id !== userId) return 'A token of a person is only given by that person.'
  return findPatternProblem(issuer.kind, claims)
}

export async function addPublisher(tx: Tx, deps: OauthKit, wanted: NewPublisher): Promise<PublisherRow> {
  const problem = findPublisherProblem(wanted)
  if (problem !== null) throw refuse('InvalidRequest', problem)
  const { issuer, account, ...rest } = wanted
  const row = {
    ...rest,
    id: deps.ids.next(),
    issuerId: issuer.id,
    accountId: account.id,
    createdAt: deps.clock.now(),
  }
  await insertPublisher(tx, row)
  const added: PublisherRow = { ...row, issuer: issuer.issuer, lastUsedAt: null }
  await recordPublisher(tx, deps, added, 'repo.add_trusted_publisher')
  return added
}

/** Ends a publisher and the tokens it got. */
export async function removePublisher(tx: Tx, deps: OauthKit, publisher: PublisherRow): Promise<void> {
  if (await deletePublisher(tx, publisher.id)) {
    await recordPublisher(tx, deps, publisher, 'repo.remove_trusted_publisher')
  }
}
