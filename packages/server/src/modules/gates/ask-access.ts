import { type GateForm, refuse } from '@stoa/contracts'
import type { GateDeps, SignedIn } from './deps.js'
import { announceAccess } from './events.js'
import { findRequestOf, insertRequest, updateRequest } from './queries.js'
import { recordGrant } from './record-grant.js'
import { includesRight, type Repo } from '../repos/index.js'
import { type AccessRequest, type AccessStatus, stateAfterAsking } from './access-request.js'
import { checkAnswers } from './read-form.js'
import { findReadersAtOnce, tellAtOnce } from './tell-owner.js'

/** A request to pass a gate, with the answers as they were sent. */
export interface Asking {
  readonly repo: Repo
  readonly form: GateForm
  readonly answers: Readonly<Record<string, unknown>>
}

/**
 * Asks to be let in; where the owner lets everybody in, that is at once. Asking again sends new answers. Somebody who may
 * read already changes nothing. Throws `NotGated`, `AccessRejected`, `InvalidRequest` for a form not filled in.
 */
export async function askAccess(deps: GateDeps, actor: SignedIn, asking: Asking): Promise<AccessStatus> {
  const { repo, form, answers } = asking
  if (repo.gated === 'false') throw refuse('NotGated')
  if (includesRight(await deps.repos.loadRight(repo, actor), 'read')) return 'accepted'
  if (actor.auth.type === 'token' && actor.auth.role === 'fineGrained') {
    throw refuse('InsufficientScope', 'A fine-grained access token may not ask for access on your behalf.')
  }
  const before = await findRequestOf(deps.db, repo.id, actor.userId)
  const status = stateAfterAsking(before?.status ?? null, repo.gated)
  if (status === null) throw rejected(before)
  const fields = checkAnswers(form, answers)
  const at = deps.clock.now()
  const review = status === 'accepted' ? { reviewedAt: at } : {}
  const readers = before === null ? await findReadersAtOnce(deps, repo) : []
  return await deps.write(async (tx) => {
    const isStored = before
      ? await updateRequest(tx, before.id, before.status, {
          status,
          fields,
          isGrant: false,
          requestedAt: at,
          ...review,
        })
      : await insertRequest(tx, {
          ...newRequest(deps.ids.next(), repo.id, actor.userId, at),
          status,
          fields,
          ...review,
          ...((await tellAtOnce(deps, tx, { repo, readers, asker: actor.name, status })) ? { toldAt: at } : {}),
        })
    // Somebody decided, or asked in another window, between the look and the write.
    if (!isStored) return (await findRequestOf(tx, repo.id, actor.userId))?.status ?? 'pending'
    await recordGrant(deps, tx, repo, { userId: actor.userId, before: before?.status ?? null, after: status })
    const facts = { repoId: repo.id, userId: actor.userId, status, actorId: actor.userId }
    await announceAccess(deps, tx, facts)
    return status
  })
}

/** A request nobody has looked at. */
export function newRequest(id: string, repoId: string, userId: string, at: Date): AccessRequest {
  return {
    id,
    repoId,
    userId,
    status: 'pending',
    fields: {},
    isGrant: false,
    requestedAt: at,
    reviewedBy: null,
    reviewedAt: null,
    rejectionReason: null,
    toldAt: null,
  }
}

function rejected(request: AccessRequest | null): Error {
  const reason = request?.rejectionReason ? `: ${request.rejectionReason}` : '.'
  return refuse('AccessRejected', `Your request to read this repository was turned down${reason}`)
}
