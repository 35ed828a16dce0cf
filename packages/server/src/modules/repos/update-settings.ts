import type { Tx } from '../../kit/db/database.js'
import { refuse } from '@stoa/contracts'
import type { RepoDeps, SignedIn } from './deps.js'
import { announce } from './events.js'
import { refuseInternal } from './internal.js'
import { findRepoBytes } from './queries/quotas.js'
import { type RepoChange, updateRepo } from './queries/repos.js'
import { recordSettings } from './record-change.js'
import { changeNotices, type NoticeRequest } from './change-notices.js'
import type { Notices } from './gatekeeper.js'
import type { Repo } from './repo.js'

export interface SettingsRequest extends NoticeRequest {
  readonly visibility?: 'public' | 'private' | 'protected' | 'internal' | null | undefined
  readonly private?: boolean | null | undefined
  readonly gated?: 'auto' | 'manual' | false | null | undefined
  readonly discussionsDisabled?: boolean | null | undefined
  /** Only an organisation has members whom a gate could stand before. */
  readonly orgMembersGated?: boolean | null | undefined
}

/** Changes the given settings of a repository the actor administers; nothing is written when nothing differs. */
export async function updateSettings(
  deps: RepoDeps,
  actor: SignedIn,
  repo: Repo,
  request: SettingsRequest,
): Promise<Repo> {
  if (request.visibility === 'internal' || request.orgMembersGated === true) {
    const owner = await deps.accounts.getAccount(deps.db, repo.accountId)
    if (request.visibility === 'internal') refuseInternal(owner, 'internal')
    if (request.orgMembersGated && owner.type !== 'org') {
      throw refuse('InvalidRequest', 'Only a repository of an organisation can be gated for its members.')
    }
  }
  const change: RepoChange = {
    visibility: visibilityOf(request) ?? repo.visibility,
    gated: gateOf(request.gated) ?? repo.gated,
    discussionsDisabled: request.discussionsDisabled ?? repo.discussionsDisabled,
    orgMembersGated: request.orgMembersGated ?? repo.orgMembersGated,
  }
  const isSame = Object.entries(change).every(([key, value]) => repo[key as keyof RepoChange] === value)
  return await deps.write(async (tx) => {
    await changeNotices(deps, tx, repo, request)
    if (isSame) return repo
    await demandRoomAnew(deps, tx, repo, change.visibility ?? repo.visibility)
    const updated = await updateRepo(tx, repo.id, change, deps.clock.now())
    await recordSettings(deps, tx, repo, updated)
    await announce(deps.events, tx, 'repos.settings', { repoId: repo.id, actorId: actor.userId })
    return updated
  })
}

/** A repository that becomes public or private moves into the other part of its account's storage. */
async function demandRoomAnew(deps: RepoDeps, tx: Tx, repo: Repo, visibility: Repo['visibility']): Promise<void> {
  if ((visibility === 'public') === (repo.visibility === 'public')) return
  await deps.quotas.demandRoom(tx, repo.accountId, { visibility, bytes: await findRepoBytes(tx, repo.id) })
}

/** `visibility` wins over the older `private`; null when neither is given. */
export function visibilityOf(request: Pick<SettingsRequest, 'visibility' | 'private'>): Repo['visibility'] | null {
  if (request.visibility) return request.visibility === 'protected' ? 'private' : request.visibility
  if (request.private === undefined || request.private === null) return null
  return request.private ? 'private' : 'public'
}

function gateOf(gated: SettingsRequest['gated']): Repo['gated'] | null {
  if (gated === undefined || gated === null) return null
  return gated === false ? 'false' : gated
}

/** Settings as the wire has them. */
export function settingsOf(repo: Repo, notices: Notices) {
  const isPrivate = repo.visibility !== 'public'
  return {
    private: isPrivate,
    visibility: repo.visibility,
    gated: repo.gated === 'false' ? (false as const) : repo.gated,
    discussionsDisabled: repo.discussionsDisabled,
    orgMembersGated: repo.orgMembersGated,
    gatedNotificationsMode: notices.mode,
    gatedNotificationsEmail: notices.email,
  }
}
