import { type RepoKind, type RepoType } from '@stoa/contracts'
import type { Actor } from '../../../kit/http/actor.js'
import { findRepo } from '../find-repo.js'
import type { RepoDeps } from '../deps.js'
import type { XetKeys } from './xet-keys.js'

const LIFETIME_S = 900

interface RepoAddress {
  readonly kind: RepoKind
  readonly namespace: string
  readonly name: string
}

export interface IssuedToken {
  readonly accessToken: string
  /** Unix seconds. */
  readonly exp: number
  readonly casUrl: string
}

export interface TokenIssuer {
  read(actor: Actor, address: RepoAddress): Promise<IssuedToken>
  /** For a pull request, reading is enough. */
  write(actor: Actor, address: RepoAddress, isPullRequest: boolean): Promise<IssuedToken>
}

type IssueDeps = Pick<RepoDeps, 'db' | 'clock' | 'publicUrl'> & { readonly keys: XetKeys }

/** Short tokens for the Xet store, bound to one repository. Throws what `findRepo` throws. */
export function createTokenIssuer(deps: IssueDeps): TokenIssuer {
  const issue = async (
    actor: Actor,
    address: RepoAddress,
    scope: 'read' | 'write',
    needed: 'read' | 'write',
  ): Promise<IssuedToken> => {
    const type = address.kind.slice(0, -1) as RepoType
    const { repo } = await findRepo(deps, actor, type, `${address.namespace}/${address.name}`, needed)
    const exp = Math.floor(deps.clock.now().getTime() / 1000) + LIFETIME_S
    const userId = actor.kind === 'user' ? actor.userId : null
    const accessToken = deps.keys.signToken({ repoId: repo.id, scope, userId, exp })
    return { accessToken, exp, casUrl: `${deps.publicUrl()}/xet/${deps.keys.storeId}` }
  }
  return {
    read: (actor, address) => issue(actor, address, 'read', 'read'),
    write: (actor, address, isPullRequest) => issue(actor, address, 'write', isPullRequest ? 'read' : 'write'),
  }
}
