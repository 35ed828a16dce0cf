import { refuse } from '@stoa/contracts'
import { isValidRefName } from '@stoa/git'
import type { Tx } from '../../kit/db/database.js'
import { fromHex } from './oid.js'
import { hasCommit } from './queries/commits.js'
import { findNameClash, findRefRow, swapRef } from './queries/refs.js'
import { countWrite } from './queries/stores.js'
import type { RefChange } from './store.js'

/** Why one change was not made. */
export type RefRefusal =
  | { readonly kind: 'moved'; readonly actual: string | null }
  | { readonly kind: 'badName' }
  | { readonly kind: 'clash'; readonly with: string }
  | { readonly kind: 'noCommit' }

/** Holds what a repository is besides its git data for the rest of the transaction, before its git data is held; false when it is gone. */
export type HoldRepo = (tx: Tx, repoId: string) => Promise<boolean>

export const HOLD_NOTHING: HoldRepo = async () => true

/** Takes a repository's git data for the rest of the transaction and counts a write of it; its epoch, null when it is gone. */
export async function lockStore(tx: Tx, hold: HoldRepo, repoId: string): Promise<number | null> {
  return (await hold(tx, repoId)) ? countWrite(tx, repoId) : null
}

/** Git data was removed between the look and the write: what was seen must be looked for again. */
export class EpochPassed extends Error {}

/**
 * Takes the repository's git data for the rest of the transaction. Throws `RepoNotFound` when it was deleted meanwhile, and
 * EpochPassed when it is not in the epoch in which the caller looked.
 */
export async function lockRefs(tx: Tx, hold: HoldRepo, repoId: string, epoch?: number): Promise<void> {
  const now = await lockStore(tx, hold, repoId)
  if (now === null) throw refuse('RepoNotFound')
  if (epoch !== undefined && now !== epoch) throw new EpochPassed('git data was removed meanwhile')
}

const MAX_LOOKS = 5

/** Looks and writes again when git data was removed in between. */
export async function withinEpoch<T>(work: () => Promise<T>): Promise<T> {
  for (let look = 1; ; look++) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof EpochPassed) || look === MAX_LOOKS) throw error
    }
  }
}

/** Makes one change under the lock; null when it is made. */
export async function changeRef(
  tx: Tx,
  repoId: string,
  change: RefChange,
  deleted: readonly string[],
  at: Date,
): Promise<RefRefusal | null> {
  const { name, old } = change
  if (change.new !== null) {
    if (!isValidRefName(name) || !name.startsWith('refs/')) return { kind: 'badName' }
    const clash = old === null ? await findNameClash(tx, repoId, name, deleted) : null
    if (clash !== null) return { kind: 'clash', with: clash }
    const isBranch = name.startsWith('refs/heads/')
    if (isBranch && !(await hasCommit(tx, repoId, fromHex(change.new)))) return { kind: 'noCommit' }
  }
  if (old === null && change.new === null) return null
  if (await swapRef(tx, repoId, { name, old, new: change.new, peeled: change.peeled ?? null, at })) return null
  const actual = await findRefRow(tx, repoId, name)
  return { kind: 'moved', actual: actual?.oid.toString('hex') ?? null }
}

/** The store's `updateRefs`. */
export async function updateRefs(
  tx: Tx,
  hold: HoldRepo,
  repoId: string,
  { changes, at }: { readonly changes: readonly RefChange[]; readonly at: Date },
): Promise<void> {
  await lockRefs(tx, hold, repoId)
  const deleted = changes.filter((change) => change.new === null).map((change) => change.name)
  for (const change of [...changes].sort((a, b) => Number(a.new !== null) - Number(b.new !== null))) {
    const commit = change.peeled ?? change.new
    const isGone = commit !== null && !(await hasCommit(tx, repoId, fromHex(commit)))
    const refusal = isGone ? ({ kind: 'noCommit' } as const) : await changeRef(tx, repoId, change, deleted, at)
    if (refusal !== null) throw toError(change, refusal)
  }
}

function toError(change: RefChange, refusal: RefRefusal): Error {
  const { name } = change
  if (refusal.kind === 'moved') return refuse('RefConflict', undefined, { name })
  if (refusal.kind === 'badName') return refuse('InvalidRefName', `"${name}" is not a valid ref name.`, { name })
  if (refusal.kind === 'clash')
    return refuse('InvalidRefName', `"${name}" cannot stand beside "${refusal.with}".`, { name })
  return refuse('GitObjectRefused', `${name} can only point at a commit of this repository.`, { name })
}
