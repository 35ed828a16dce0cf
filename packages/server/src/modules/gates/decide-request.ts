import { refuse } from '@stoa/contracts'
import type { Tx } from '../../kit/db/database.js'
import type { GateDeps, SignedIn } from './deps.js'
import { announceAccess } from './events.js'
import { deleteOpenRequest, findRequestById, findRequestOf, insertRequest, updateRequest } from './queries.js'
import { recordGrant } from './record-grant.js'
import type { Repo } from '../repos/index.js'
import type { AccessRequest, AccessStatus } from './access-request.js'
import { newRequest } from './ask-access.js'

/** Whom a decision is about: by name, by account id, or by the id of the request where names are not shown. */
export interface RequestTarget {
  readonly user?: string | undefined
  readonly userId?: string | undefined
  readonly requestId?: string | undefined
}

export interface Verdict {
  readonly status: AccessStatus
  readonly rejectionReason?: string | null | undefined
}

/**
 * Decides on a request: accepted, rejected with a reason, or back to pending, which takes access away.
 * Throws `NotGated`, `AccountNotFound`, and `AccessRequestNotFound` when nobody asked or it is so already.
 */
export async function decideRequest(
  deps: GateDeps,
  actor: SignedIn,
  repo: Repo,
  target: RequestTarget,
  verdict: Verdict,
): Promise<void> {
  demandGate(repo)
  const request = await findTarget(deps, repo, target)
  if (request.status === verdict.status) {
    throw refuse('AccessRequestNotFound', `This request is ${verdict.status} already.`)
  }
  await deps.write((tx) => storeVerdict(deps, tx, actor, repo, request, verdict))
}

async function storeVerdict(
  deps: GateDeps,
  tx: Tx,
  actor: SignedIn,
  repo: Repo,
  request: AccessRequest,
  verdict: Verdict,
): Promise<void> {
  const { status } = verdict
  const rejectionReason = status === 'rejected' ? (verdict.rejectionReason ?? null) : null
  const review = { reviewedBy: actor.userId, reviewedAt: deps.clock.now() }
  const isChanged = await updateRequest(tx, request.id, request.status, { status, rejectionReason, ...review })
  if (!isChanged) throw refuse('AccessRequestNotFound', 'Somebody else has just decided on this request.')
  await recordGrant(deps, tx, repo, { userId: request.userId, before: request.status, after: status })
  const facts = { repoId: repo.id, userId: request.userId, status, actorId: actor.userId }
  await announceAccess(deps, tx, facts)
}

async function findTarget(deps: GateDeps, repo: Repo, target: RequestTarget): Promise<AccessRequest> {
  const request =
    target.requestId !== undefined
      ? await findRequestById(deps.db, repo.id, target.requestId)
      : await findRequestOf(deps.db, repo.id, await userIdOf(deps, target))
  if (!request) throw refuse('AccessRequestNotFound')
  return request
}

/** Throws `AccountNotFound` unless it names a person. */
async function userIdOf(deps: GateDeps, target: RequestTarget): Promise<string> {
  if (target.user !== undefined) {
    const account = await deps.accounts.findAccount(deps.db, target.user)
    if (account?.type === 'user') return account.id
  } else if (target.userId !== undefined) {
    if ((await deps.accounts.listContacts(deps.db, [target.userId])).has(target.userId)) return target.userId
  }
  throw refuse('AccountNotFound', 'There is no such user.')
}

/** Lets somebody in who did not ask. Throws `NotGated`, `AccountNotFound`, `InvalidRequest` when they may read already. */
export async function grantAccess(deps: GateDeps, actor: SignedIn, repo: Repo, target: RequestTarget): Promise<void> {
  demandGate(repo)
  const userId = await userIdOf(deps, target)
  const before = await findRequestOf(deps.db, repo.id, userId)
  if (userId === repo.accountId || before?.status === 'accepted') {
    throw refuse('InvalidRequest', 'This user has access already.')
  }
  const at = deps.clock.now()
  await deps.write(async (tx) => {
    if (before) return await storeVerdict(deps, tx, actor, repo, before, { status: 'accepted' })
    const review = { reviewedBy: actor.userId, reviewedAt: at }
    const grant = {
      ...newRequest(deps.ids.next(), repo.id, userId, at),
      status: 'accepted' as const,
      isGrant: true,
      ...review,
    }
    if (!(await insertRequest(tx, grant))) throw refuse('Conflict', 'This user has just asked for access.')
    await recordGrant(deps, tx, repo, { userId, before: null, after: 'accepted' })
    const facts = { repoId: repo.id, userId, status: 'accepted' as const, actorId: actor.userId }
    await announceAccess(deps, tx, facts)
  })
}

/** Takes back one's own request, or gives up the access it brought; a rejected one stays. Throws `AccessRequestNotFound`. */
export async function withdrawRequest(deps: GateDeps, actor: SignedIn, repo: Repo): Promise<void> {
  await deps.write(async (tx) => {
    if (!(await deleteOpenRequest(tx, repo.id, actor.userId))) throw refuse('AccessRequestNotFound')
    await recordGrant(deps, tx, repo, { userId: actor.userId, before: null, after: 'withdrawn' })
    const facts = { repoId: repo.id, userId: actor.userId, status: 'withdrawn' as const, actorId: actor.userId }
    await announceAccess(deps, tx, facts)
  })
}

export function demandGate(repo: Repo): void {
  if (repo.gated === 'false') throw refuse('NotGated')
}
