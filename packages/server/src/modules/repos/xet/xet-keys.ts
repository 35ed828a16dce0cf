import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'
import { type Pass, readPass, writePass } from '../holder.js'

const KEY_BYTES = 32
const STORE_ID_DIGITS = 12

/** What a Xet token lets its holder do, with one repository or bucket only. */
export interface XetGrant extends Pass {
  readonly scope: 'read' | 'write'
  /** Whether its holder may ask which chunks the owner has: whoever may write there, not who only proposes changes. */
  readonly mayProbe: boolean
  /** Unix seconds. */
  readonly exp: number
}

/** Query of a link, as it arrives. */
export interface LinkQuery {
  readonly expires: string
  readonly for: string
  readonly signature: string
}

/** Signs and checks tokens and links with keys of this instance. */
export interface XetKeys {
  /** Part of every address: clients keep their caches per address, so a wiped store must have another one. */
  readonly storeId: string
  readonly dedupKey: Uint8Array
  signToken(grant: XetGrant): string
  /** Null when forged or past its end by more than the tolerated skew. */
  readToken(token: string, nowS: number): XetGrant | null
  /** Query of a link to a span of a xorb. */
  signLink(xorb: string, span: string, expiresS: number, pass: Pass): string
  /** Whom a link was made for; null when it is forged or past its end. */
  readLink(xorb: string, span: string, query: LinkQuery, nowS: number): Pass | null
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
      return grant.exp + SKEW_S < nowS ? null : { ...grant, holder: grant.holder ?? null }
    },
    signLink: (xorb, span, expiresS, pass) => {
      const holder = writePass(pass)
      const signature = mac(linkKey, `${xorb} ${span} ${expiresS} ${holder}`)
      return `expires=${expiresS}&for=${holder}&signature=${signature}`
    },
    readLink: (xorb, span, query, nowS) => {
      const expected = mac(linkKey, `${xorb} ${span} ${query.expires} ${query.for}`)
      return isSame(expected, query.signature) && Number(query.expires) >= nowS ? readPass(query.for) : null
    },
  }
}

function isSame(expected: string, given: string): boolean {
  const left = Buffer.from(expected)
  const right = Buffer.from(given)
  return left.length === right.length && timingSafeEqual(left, right)
}
