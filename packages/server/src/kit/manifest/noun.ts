import type { z } from 'zod'
import type { Db, Tx } from '../db/database.js'
import type { UserActor } from '../http/actor.js'

/** One line of a manifest's diff; secrets are already masked. */
export interface Change {
  readonly kind: 'create' | 'update' | 'remove'
  /** `user alice`, `wallet bob USD`. */
  readonly subject: string
  /** `plan free → enterprise`; empty for a plain creation. */
  readonly text: string
}

/** One file of a folder that an item names. */
export interface FolderFile {
  /** Relative to the folder, with forward slashes. */
  readonly path: string
  readonly sizeBytes: number
  /** The whole file; for files that fit in memory. */
  read(): Promise<Buffer>
  /** The file in pieces; for any size. */
  open(): AsyncIterable<Uint8Array>
}

/** What nouns are given besides their items. */
export interface ManifestContext {
  /** The admin who applies; null at bootstrap. */
  readonly actor: UserActor | null
  readonly lenient: boolean
  /** Nothing will be kept: `prepare` may read, but stores nothing. */
  readonly dryRun: boolean
  readonly now: Date
  /** Files of a folder, by the path as written in the document; only in `prepare`. */
  folder(path: string): Promise<readonly FolderFile[]>
  /** Shows a made secret once, after the commit (`token laptop of alice`, `hf_…`). */
  reveal(label: string, secret: string): void
  /** Runs after the commit; for caches. Never runs in a dry run. */
  afterCommit(work: () => void): void
}

/**
 * One kind of thing a manifest can declare. `I` is its item after parsing, `P` what `prepare` made.
 * A dry run does everything in a transaction that is rolled back, so `apply` alone tells what changes.
 */
export interface ManifestNoun<I = unknown, P = unknown> {
  /** The top-level key: `users`. */
  readonly key: string
  /** Keys that name an item; with `state: absent` only these are asked for. */
  readonly identity: readonly string[]
  /** A strict object: unknown keys are errors. */
  readonly schema: z.ZodType<I>
  /** Reads and writes outside the database, before the transaction (folders into blobs, password hashes). */
  prepare?(item: I, context: ManifestContext): Promise<P>
  /** Makes the item so by the ordinary operations; null when it already was. Wrong references throw `itemProblem`. */
  apply(tx: Tx, item: I, context: ManifestContext, prepared: P): Promise<Change | null>
  /** `state: absent`: removes by the ordinary, guarded operation; null when there was nothing. */
  remove(tx: Tx, item: I, context: ManifestContext): Promise<Change | null>
  /** What stands, in the shape of the schema, secrets left out. */
  export(db: Db): Promise<readonly I[]>
}

/** Something wrong with one key of an item that the schema cannot see; the engine adds file, line and column. */
export class ItemProblem extends Error {
  readonly path: readonly (string | number)[]

  constructor(path: readonly (string | number)[], expected: string) {
    super(expected)
    this.name = 'ItemProblem'
    this.path = path
  }
}

/** `throw itemProblem(['seller'], 'no account "acme"')`. */
export function itemProblem(path: readonly (string | number)[], expected: string): ItemProblem {
  return new ItemProblem(path, expected)
}

/** `plan free → enterprise, fullname "A" → "B"` of the fields that differ; empty when none does. Leave secrets out. */
export function describeDifference(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): string {
  return Object.keys(after)
    .filter((key) => after[key] !== undefined && !isSame(before[key], after[key]))
    .map((key) => `${key} ${show(before[key])} → ${show(after[key])}`)
    .join(', ')
}

/** Whether two values of a manifest mean the same; the order of keys does not matter (jsonb keeps its own). */
export function isSame(left: unknown, right: unknown): boolean {
  return left === right || canonical(left) === canonical(right)
}

function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_, inner: unknown) => {
      if (typeof inner === 'bigint') return inner.toString()
      if (inner === null || typeof inner !== 'object' || Array.isArray(inner)) return inner
      return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
    }) ?? 'undefined'
  )
}

function show(value: unknown): string {
  if (value === null || value === undefined || value === '') return 'none'
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (typeof value === 'string') return /^[\w.@:/+-]+$/.test(value) ? value : JSON.stringify(value)
  return JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'bigint' ? inner.toString() : inner))
}
