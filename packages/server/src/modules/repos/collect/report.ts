import type { StorageKind } from '@stoa/contracts'
import type { Candidate, Verdict } from './judge.js'

export interface Tally {
  readonly count: number
  readonly bytes: number
}

export interface KindReport {
  readonly kind: StorageKind
  readonly examined: number
  /** Unnamed, and not for long enough. */
  readonly waiting: Tally
  /** Gone; in a dry run: what would go now. */
  readonly removed: Tally
}

export interface CollectionReport {
  /** The kind that is looked at; null before the first and after the last. */
  readonly stage: StorageKind | null
  readonly kinds: readonly KindReport[]
}

export const EMPTY_REPORT: CollectionReport = { stage: null, kinds: [] }

/** Counts what one run finds, kind by kind. */
export class ReportCounter {
  readonly #kinds = new Map<StorageKind, KindReport>()
  #stage: StorageKind | null = null

  begin(kind: StorageKind): void {
    this.#stage = kind
    this.#kinds.set(kind, { kind, examined: 0, waiting: NOTHING, removed: NOTHING })
  }

  end(): void {
    this.#stage = null
  }

  add(kind: StorageKind, judged: readonly (readonly [Verdict, Candidate])[], removed: readonly Candidate[]): void {
    const now = this.#kinds.get(kind)
    if (!now) return
    const waiting = judged.filter(([verdict]) => verdict === 'condemn' || verdict === 'wait').map(([, one]) => one)
    this.#kinds.set(kind, {
      kind,
      examined: now.examined + judged.length,
      waiting: sum(now.waiting, waiting),
      removed: sum(now.removed, removed),
    })
  }

  report(): CollectionReport {
    return { stage: this.#stage, kinds: [...this.#kinds.values()] }
  }
}

const NOTHING: Tally = { count: 0, bytes: 0 }

const sum = (tally: Tally, more: readonly Candidate[]): Tally => ({
  count: tally.count + more.length,
  bytes: tally.bytes + more.reduce((total, one) => total + Number(one.sizeBytes), 0),
})
