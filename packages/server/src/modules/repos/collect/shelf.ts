import type { StorageKind } from '@stoa/contracts'
import type { Candidate } from './judge.js'

/** One kind of stored things, looked at in pages and in the order of their names. */
export interface Shelf {
  readonly kind: StorageKind
  readonly floorMs: number
  /** The things behind `after`; none at the end. */
  page(after: string): Promise<readonly Candidate[]>
  condemn(names: readonly string[], at: Date): Promise<void>
  rescue(names: readonly string[]): Promise<void>
  /** Removes those that are still unnamed and were so before `before`, bytes included; their names. */
  remove(names: readonly string[], before: Date): Promise<readonly string[]>
  /** After a whole look. */
  finish?(before: Date): Promise<void>
}
