/** What one class is asked in one run. */
export interface Sweep {
  /** What is older goes. */
  readonly before: Date
  /** Accounts that a legal hold stands on. */
  readonly held: readonly string[]
  /** Only counts. */
  readonly isDryRun: boolean
}

/** What went, or would; and what was old enough and held back. */
export interface Swept {
  readonly removed: number
  readonly held: number
}
