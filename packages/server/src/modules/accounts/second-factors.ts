import type { SecondStep } from '@stoa/contracts'
import type { Tx } from '../../kit/db/database.js'
import type { Visitor } from './visitor.js'

/** Somebody who has shown who they are, by a first factor at least. */
export interface Entry {
  readonly userId: string
  readonly visitor: Visitor
  /** How, for the record: `password`, `passkey`, `link`, `sso`, `totp`, `recovery`. */
  readonly factors: readonly string[]
  /** Two factors were shown, or one that is as good: nothing more is asked. */
  readonly isStrong?: boolean
}

/** What the module of second factors adds to a sign-in; until it is provided nobody has any. */
export interface SecondFactors {
  /** What is asked after a first factor, with the cookie that remembers the first; null for people without second ones. */
  begin(entry: Entry): Promise<{ readonly step: SecondStep; readonly cookie: string } | null>
  /** Forgets who has shown only a first factor of somebody's. */
  endHalves(tx: Tx, userId: string): Promise<void>
  /** Forgets all of somebody's, on the record. */
  clear(tx: Tx, userId: string, reason: string): Promise<void>
}

export const NO_SECOND_FACTORS: SecondFactors = {
  begin: async () => null,
  endHalves: async () => {},
  clear: async () => {},
}
