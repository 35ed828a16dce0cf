import { createHmac, randomInt } from 'node:crypto'
import type { Tx } from '../../kit/db/database.js'
import { deriveKey } from '../../kit/seal.js'
import type { SigninDeps } from './deps.js'
import { replaceRecoveryCodes, takeRecoveryCode } from './queries/recovery-codes.js'

const CODES = 10
/** Without letters and digits that look alike. */
const ALPHABET = '23456789abcdefghjkmnpqrstuvwxyz'
const LENGTH = 10

/** Ten new codes in place of the old ones, to be shown once: `abcde-fghjk`, 49 bits each. */
export async function renewCodes(tx: Tx, deps: SigninDeps, userId: string): Promise<string[]> {
  const codes = Array.from({ length: CODES }, makeCode)
  const createdAt = deps.clock.now()
  const rows = codes.map((code) => ({ id: deps.ids.next(), codeHash: hashCode(deps, userId, code), createdAt }))
  await replaceRecoveryCodes(tx, userId, rows)
  return codes
}

/** Uses a code up; false when it is none of theirs or was used. */
export function takeCode(tx: Tx, deps: SigninDeps, userId: string, code: string): Promise<boolean> {
  return takeRecoveryCode(tx, userId, hashCode(deps, userId, code), deps.clock.now())
}

function makeCode(): string {
  const letters = Array.from({ length: LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('')
  return `${letters.slice(0, LENGTH / 2)}-${letters.slice(LENGTH / 2)}`
}

/** Keyed with what is not in the database: codes are short enough to be guessed from a plain hash. */
function hashCode(deps: SigninDeps, userId: string, code: string): string {
  const plain = code.toLowerCase().replace(/[^a-z0-9]/g, '')
  const key = deriveKey(deps.instanceKey, 'stoa.signin.recovery-code')
  return createHmac('sha256', key).update(`${userId}:${plain}`).digest('hex')
}
