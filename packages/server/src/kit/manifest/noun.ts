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

/** What nouns are given besides their items. */
export interface ManifestContext {
  /** The admin who applies; null at bootstrap. */
  readonly actor: UserActor | null
  readonly lenient: boolean
  readonly now: Date
  /** Folder that relative paths of the document are resolved against; null when it came over HTTP without files. */
  readonly baseDir: string | null
  /** Shows a made secret once (`token laptop of alice: hf_…`). */
  reveal(label: string, secret: string): void
}

/** One kind of thing a manifest can declare. `I` is its item after parsing. */
export interface ManifestNoun<I = unknown> {
  readonly key: string
  /** Strict: unknown keys are errors. Every item may carry `state: absent`. */
  readonly schema: z.ZodType<I>
  /** Reads and writes outside the database, before the transaction (folders into blobs). */
  prepare?(items: readonly I[], context: ManifestContext): Promise<unknown>
  /** What would change; reads only. Runs inside the transaction too, so that it sees earlier nouns of the document. */
  plan(tx: Tx, items: readonly I[], context: ManifestContext): Promise<readonly Change[]>
  apply(tx: Tx, items: readonly I[], context: ManifestContext, prepared: unknown): Promise<void>
  /** Forgets caches after the commit. */
  applied?(): void
  /** What stands, in the shape of the schema, secrets left out. */
  export(db: Db): Promise<readonly unknown[]>
}
