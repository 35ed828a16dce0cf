import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'
import { refuse } from '@stoa/contracts'
import type { Holder } from '../holder.js'

/** What a signed address allows; every field is under the signature. */
export interface SignedGrant {
  readonly method: 'GET' | 'PUT' | 'POST'
  /** Path without query. */
  readonly path: string
  readonly repoId: string
  readonly sizeBytes: number | null
  /** Who asked for the address. */
  readonly holder: Holder | null
  /** Seconds since 1970. */
  readonly expiresAt: number
}

/** Query of a signed address, as it arrives. */
export interface SignedQuery {
  readonly repo: string
  readonly size?: string | undefined
  readonly by?: string | undefined
  readonly cred?: string | undefined
  readonly exp: string
  readonly sig: string
}

export interface UrlSigner {
  /** Path and query of a signed address. */
  sign(grant: SignedGrant): string
  /** The grant of a query. Throws `InvalidSignature` when it is forged, for something else, or expired. */
  verify(method: SignedGrant['method'], path: string, query: SignedQuery, now: Date): SignedGrant
}

const KEY_BYTES = 32

/** Signs addresses with a key derived from the instance's own (HMAC-SHA-256). */
export function createUrlSigner(instanceKey: Buffer): UrlSigner {
  const key = Buffer.from(hkdfSync('sha256', instanceKey, '', 'lfs-signed-address', KEY_BYTES))
  const mac = (grant: SignedGrant): Buffer => {
    const { method, path, repoId, sizeBytes, holder, expiresAt } = grant
    const who = holder ? [holder.userId, holder.credential] : []
    return createHmac('sha256', key)
      .update([method, path, repoId, sizeBytes ?? '', expiresAt, ...who].join('\n'))
      .digest()
  }
  return {
    sign: (grant) => {
      const query = new URLSearchParams({ repo: grant.repoId, exp: String(grant.expiresAt) })
      if (grant.sizeBytes !== null) query.set('size', String(grant.sizeBytes))
      if (grant.holder) {
        query.set('by', grant.holder.userId)
        query.set('cred', grant.holder.credential)
      }
      query.set('sig', mac(grant).toString('base64url'))
      return `${grant.path}?${query}`
    },
    verify: (method, path, query, now) => {
      const grant = {
        method,
        path,
        repoId: query.repo,
        sizeBytes: query.size === undefined ? null : Number(query.size),
        holder: query.by && query.cred ? { userId: query.by, credential: query.cred } : null,
        expiresAt: Number(query.exp),
      }
      const expected = mac(grant)
      const given = Buffer.from(query.sig, 'base64url')
      const isOurs = given.length === expected.length && timingSafeEqual(given, expected)
      if (!isOurs || grant.expiresAt * 1000 < now.getTime()) throw refuse('InvalidSignature')
      return grant
    },
  }
}
