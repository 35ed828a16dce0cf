import type { RepoDeps, SignedIn } from './deps.js'
import { announce } from './events.js'
import { type RepoChange, updateRepo } from './queries/repos.js'
import { recordSettings } from './record-change.js'
import type { Repo } from './repo.js'

export interface SettingsRequest {
  readonly visibility?: 'public' | 'private' | 'protected' | null | undefined
  readonly private?: boolean | null | undefined
  readonly gated?: 'auto' | 'manual' | false | null | undefined
  readonly discussionsDisabled?: boolean | null | undefined
}

/** Changes the given settings of a repository the actor administers; nothing is written when nothing differs. */
export async function updateSettings(
  deps: RepoDeps,
  actor: SignedIn,
  repo: Repo,
  request: SettingsRequest,
): Promise<Repo> {
  const change: RepoChange = {
    visibility: visibilityOf(request) ?? repo.visibility,
    gated: gateOf(request.gated) ?? repo.gated,
    discussionsDisabled: request.discussionsDisabled ?? repo.discussionsDisabled,
  }
  const isSame = Object.entries(change).every(([key, value]) => repo[key as keyof RepoChange] === value)
  if (isSame) return repo
  return await deps.write(async (tx) => {
    const updated = await updateRepo(tx, repo.id, change, deps.clock.now())
    await recordSettings(deps, tx, repo, updated)
    await announce(deps.events, tx, 'repos.settings', { repoId: repo.id, actorId: actor.userId })
    return updated
  })
}

/** `visibility` wins over the older `private`; null when neither is given. */
export function visibilityOf(
  request: Pick<SettingsRequest, 'visibility' | 'private'>,
): Extract<Repo['visibility'], 'public' | 'private'> | null {
  if (request.visibility) return request.visibility === 'public' ? 'public' : 'private'
  if (request.private === undefined || request.private === null) return null
  return request.private ? 'private' : 'public'
}

function gateOf(gated: SettingsRequest['gated']): Repo['gated'] | null {
  if (gated === undefined || gated === null) return null
  return gated === false ? 'false' : gated
}

/** Settings as the wire has them. */
export function settingsOf(repo: Repo) {
  const isPrivate = repo.visibility !== 'public'
  return {
    private: isPrivate,
    visibility: isPrivate ? ('private' as const) : ('public' as const),
    gated: repo.gated === 'false' ? (false as const) : repo.gated,
    discussionsDisabled: repo.discussionsDisabled,
  }
}
