import type { Actor } from '../../kit/http/actor.js'
import { scopeAllows } from '../accounts/index.js'
import { type AccessFacts, type Right, rightOn } from './access.js'
import type { RepoDeps } from './deps.js'

type Gated = AccessFacts & { readonly id: string }

/** What an actor may do with a repository, with the list of those let in looked up where it decides. */
export async function loadRight(deps: Pick<RepoDeps, 'db' | 'gates'>, repo: Gated, actor: Actor): Promise<Right> {
  const right = rightOn(repo, actor)
  if (repo.gated === 'false' || right !== 'see' || !carriesGrants(repo, actor)) return right
  return rightOn(repo, actor, await deps.gates.isLetIn(deps.db, repo.id, actor.userId))
}

type UserActor = Extract<Actor, { kind: 'user' }>

/** A fine-grained token brings a person's grants along only for repositories it names, an app's also with the scope for it. */
export function carriesGrants(repo: AccessFacts, actor: Actor): actor is UserActor {
  if (actor.kind === 'anonymous') return false
  if (actor.auth.type === 'token' && actor.auth.oauth?.scopes.includes('gated-repos')) return true
  const type = repo.type === 'kernel' || repo.type === 'bucket' ? 'model' : repo.type
  return scopeAllows(actor.auth, 'repo.content.read', { type, name: `${repo.namespace}/${repo.name}` })
}
