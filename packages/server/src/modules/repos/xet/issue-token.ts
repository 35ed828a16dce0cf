import { refuse, type RepoKind, type RepoType } from '@stoa/contracts'
import type { Actor } from '../../../kit/http/actor.js'
import { includesRight } from '../access.js'
import { findBucket } from '../buckets/find-bucket.js'
import { demandCommitRight } from '../commits/may-commit.js'
import { findRepo } from '../find-repo.js'
import type { RepoDeps } from '../deps.js'
import { holderOf } from '../holder.js'
import type { XetGrant, XetKeys } from './xet-keys.js'

const LIFETIME_S = 900

interface RepoAddress {
  readonly kind: RepoKind
  readonly namespace: string
  readonly name: string
  readonly rev: string
}

export interface IssuedToken {
  readonly accessToken: string
  /** Unix seconds. */
  readonly exp: number
  readonly casUrl: string
}

export interface TokenIssuer {
  read(actor: Actor, address: RepoAddress): Promise<IssuedToken>
  /** For whoever may commit there; readers may by a pull request. */
  write(actor: Actor, address: RepoAddress, isPullRequest: boolean): Promise<IssuedToken>
  /** For somebody whose right to send large files to the repository was checked; `mayProbe`: they may write there. */
  upload(actor: Actor, repoId: string, mayProbe: boolean): IssuedToken
  bucket(actor: Actor, fullName: string, scope: 'read' | 'write'): Promise<IssuedToken>
}

type IssueDeps = Pick<RepoDeps, 'db' | 'clock' | 'publicUrl' | 'gates' | 'pulls'> & { readonly keys: XetKeys }

/** Short tokens for the Xet store, bound to one repository or bucket. Throws what `findRepo` throws. */
export function createTokenIssuer(deps: IssueDeps): TokenIssuer {
  const sign = (actor: Actor, grant: Pick<XetGrant, 'home' | 'repoId' | 'scope' | 'mayProbe'>): IssuedToken => {
    const exp = Math.floor(deps.clock.now().getTime() / 1000) + LIFETIME_S
    const accessToken = deps.keys.signToken({ ...grant, holder: holderOf(actor), exp })
    return { accessToken, exp, casUrl: `${deps.publicUrl()}/xet/${deps.keys.storeId}` }
  }
  const find = (actor: Actor, { kind, namespace, name }: RepoAddress) =>
    findRepo(deps, actor, kind.slice(0, -1) as RepoType, `${namespace}/${name}`, 'read')
  return {
    read: async (actor, address) =>
      sign(actor, { home: 'repo', repoId: (await find(actor, address)).repo.id, scope: 'read', mayProbe: false }),
    write: async (actor, address, isPullRequest) => {
      if (actor.kind === 'anonymous') throw refuse('Unauthorized')
      const found = await find(actor, address)
      await demandCommitRight(deps, actor, found, { rev: address.rev, createPullRequest: isPullRequest })
      const mayProbe = includesRight(found.right, 'write')
      return sign(actor, { home: 'repo', repoId: found.repo.id, scope: 'write', mayProbe })
    },
    upload: (actor, repoId, mayProbe) => sign(actor, { home: 'repo', repoId, scope: 'write', mayProbe }),
    bucket: async (actor, fullName, scope) => {
      const { bucket } = await findBucket(deps, actor, fullName, scope)
      return sign(actor, { home: 'bucket', repoId: bucket.id, scope, mayProbe: scope === 'write' })
    },
  }
}
