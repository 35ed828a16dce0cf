import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'

const KEY_BYTES = 32
const STORE_ID_DIGITS = 12

/** What a Xet token lets its holder do, with one repository or bucket only. */
export interface XetGrant {
  /** What `repoId` is the id of. */
  readonly home: 'repo' | 'bucket'
  readonly repoId: string
  readonly scope: 'read' | 'write'
  readonly userId: string | null
  /** Whether its holder may ask which chunks the owner has: whoever may write there, not who only proposes changes. */
  readonly mayProbe: boolean
  /** Unix seconds. */
  readonly exp: number
}

/** Signs and checks tokens and links with keys of this instance. */
export interface XetKeys {
  /** Part of every address: clients keep their caches per address, so a wiped store must have another one. */
  readonly storeId: string
  readonly dedupKey: Uint8Array
  signToken(grant: XetGrant): string
  /** Null when forged or past its end by more than the tolerated skew. */
  readToken(token: string, nowS: number): XetGrant | null
  signLink(xorb: string, span: string, expiresS: number): string
  isLinkValid(xorb: string, span: string, expiresS: number, signature: string, nowS: number): boolean
}

/** Clocks differ, and a client never asks again after a 401 (xet.md §7.1). */
const SKEW_S = 300
const MAX_TOKEN = 2_000

export function createXetKeys(instanceKey: Uint8Array): XetKeys {
  const derive = (label: string): Buffer => Buffer.from(hkdfSync('sha256', instanceKey, '', label, KEY_BYTES))
  const tokenKey = derive('stoa xet token')
  const linkKey = derive('stoa xet link')
  const mac = (key: Buffer, text: string): string => createHmac('sha256', key).update(text).digest('base64url')
  return {
    storeId: derive('stoa xet store').toString('hex').slice(0, STORE_ID_DIGITS),
    dedupKey: derive('stoa xet dedup'),
    signToken: (grant) => {
      const payload = Buffer.from(JSON.stringify(grant)).toString('base64url')
      return `${payload}.${mac(tokenKey, payload)}`
    },
    readToken: (token, nowS) => {
      const [payload = '', signature = ''] = token.length > MAX_TOKEN ? [] : token.split('.')
      if (!isSame(mac(tokenKey, payload), signature)) return null
      const grant = JSON.parse(Buffer.from(payload, 'base64url').toString()) as XetGrant
      return grant.exp + SKEW_S < nowS ? null : grant
    },
    signLink: (xorb, span, expiresS) => mac(linkKey, `${xorb} ${span} ${expiresS}`),
    isLinkValid: (xorb, span, expiresS, signature, nowS) =>
      expiresS >= nowS && isSame(mac(linkKey, `${xorb} ${span} ${expiresS}`), signature),
  }
}

function isSame(expected: string, given: string): boolean {
  const left = Buffer.from(expected)
  const right = Buffer.from(given)
  return left.length === right.length && timingSafeEqual(left, right)
}
