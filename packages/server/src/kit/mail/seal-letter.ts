import { createHmac } from 'node:crypto'
import { deriveKey, seal, unseal } from '../seal.js'
import type { LetterRow } from './queries.js'
import type { WrittenLetter } from './write-letter.js'

/** Keys of the outbox: what letters say is not in the database, nor in a backup of it. */
export interface LetterSeal {
  hashRecipient(address: string): Buffer
  close(id: string, to: string, letter: WrittenLetter): { recipientSealed: Buffer; bodySealed: Buffer }
  /** Null when it was forgotten. */
  openRecipient(row: LetterRow): string | null
  openBody(row: LetterRow): WrittenLetter | null
}

export function createLetterSeal(instanceKey: Uint8Array): LetterSeal {
  const sealKey = deriveKey(instanceKey, 'mail-letters')
  const hashKey = deriveKey(instanceKey, 'mail-recipients')
  return {
    hashRecipient: (address) => createHmac('sha256', hashKey).update(address.toLowerCase()).digest(),
    close: (id, to, letter) => ({
      recipientSealed: seal(sealKey, Buffer.from(to), `${id} to`),
      bodySealed: seal(sealKey, Buffer.from(JSON.stringify(letter)), `${id} body`),
    }),
    openRecipient: ({ id, recipientSealed }) =>
      recipientSealed && unseal(sealKey, recipientSealed, `${id} to`).toString(),
    openBody: ({ id, bodySealed }) =>
      bodySealed && (JSON.parse(unseal(sealKey, bodySealed, `${id} body`).toString()) as WrittenLetter),
  }
}
