import { createPrivateKey, generateKeyPair, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'
import { openSecret, sealSecret } from '../../kit/sealed-secret.js'
import { makeLinkSecret } from '../accounts/index.js'
import type { OauthKit } from './kit-deps.js'
import { deleteKeysBefore, insertKey, listKeys, type OauthKeyRow } from './queries/keys.js'

const LABEL = 'stoa.accounts.oauth-key'
const RSA_BITS = 2048
const DAY_MS = 24 * 3_600_000
/** A key signs for this long. */
const KEY_AGE_MS = 90 * DAY_MS
/** A new key is shown this long before it signs; an old one this long after its last signature. */
const OVERLAP_MS = DAY_MS
const REMEMBERED_MS = 60_000

export interface SigningKey {
  readonly kid: string
  readonly privateKey: KeyObject
}

/** The keys of identity tokens: RS256, because every client reads it. Shared by all processes through the database. */
export interface SigningKeys {
  /** The key to sign with; makes the first one. Must not be called inside a transaction. */
  active(): Promise<SigningKey>
  /** What others check signatures with: keys about to sign, signing, and lately retired. */
  publicKeys(): Promise<readonly Record<string, string>[]>
  /** Makes the next key when it is time, and forgets the ones nobody meets any more. */
  rotate(): Promise<void>
}

export function createSigningKeys(deps: OauthKit): SigningKeys {
  let remembered: { readonly rows: readonly OauthKeyRow[]; readonly atMs: number } | null = null
  let opened: { readonly sealed: string; readonly key: SigningKey } | null = null

  async function read(): Promise<readonly OauthKeyRow[]> {
    const nowMs = deps.clock.now().getTime()
    if (remembered && Math.abs(nowMs - remembered.atMs) < REMEMBERED_MS) return remembered.rows
    const rows = await listKeys(deps.db)
    remembered = { rows, atMs: nowMs }
    return rows
  }

  async function add(generation: number, activeFrom: Date): Promise<void> {
    const key = await makeKey(deps, generation, activeFrom)
    await deps.write((tx) => insertKey(tx, key))
    remembered = null
  }

  function open(row: OauthKeyRow): SigningKey {
    if (opened?.sealed === row.privateSealed) return opened.key
    const pem = openSecret(deps.instanceKey, { label: LABEL, subject: row.kid }, row.privateSealed)
    const key = { kid: row.kid, privateKey: createPrivateKey(pem) }
    opened = { sealed: row.privateSealed, key }
    return key
  }

  return {
    async active() {
      const now = deps.clock.now()
      const isActive = (row: OauthKeyRow) => row.activeFrom <= now
      if (!(await read()).some(isActive)) await add(1, now)
      const row = (await read()).findLast(isActive)
      if (!row) throw new Error('there is no key to sign with')
      return open(row)
    },
    async publicKeys() {
      if ((await read()).length === 0) await add(1, deps.clock.now())
      return (await read()).map((row) => row.publicJwk)
    },
    async rotate() {
      remembered = null
      const rows = await read()
      const newest = rows.at(-1)
      if (!newest) return
      const nowMs = deps.clock.now().getTime()
      const signsSinceMs = nowMs - newest.activeFrom.getTime()
      if (signsSinceMs >= KEY_AGE_MS) await add(newest.generation + 1, new Date(nowMs + OVERLAP_MS))
      else if (signsSinceMs >= OVERLAP_MS && rows.length > 1) {
        await deps.write((tx) => deleteKeysBefore(tx, newest.generation))
        remembered = null
      }
    },
  }
}

async function makeKey(deps: OauthKit, generation: number, activeFrom: Date): Promise<OauthKeyRow> {
  const { publicKey, privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: RSA_BITS })
  const kid = makeLinkSecret().slice(0, 16)
  const { n, e } = publicKey.export({ format: 'jwk' })
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
  return {
    generation,
    kid,
    publicJwk: { kty: 'RSA', use: 'sig', alg: 'RS256', kid, n: n ?? '', e: e ?? '' },
    privateSealed: sealSecret(deps.instanceKey, { label: LABEL, subject: kid }, pem),
    createdAt: deps.clock.now(),
    activeFrom,
  }
}
