/** A stored thing as the collector sees it. */
export interface Candidate {
  readonly name: string
  /** Bytes that go with it; 0 for a row that only describes bytes. */
  readonly sizeBytes: bigint
  /** Something that counts refers to it. */
  readonly isNamed: boolean
  /** Since when it is known to be unnamed. */
  readonly condemnedAt: Date | null
}

/** keep: named · rescue: named again · condemn: newly unnamed · wait: unnamed for less than the floor · remove. */
export type Verdict = 'keep' | 'rescue' | 'condemn' | 'wait' | 'remove'

/** Nothing goes that was not unnamed in an earlier look, and for the whole floor since. `before` is now minus the floor. */
export function judge({ isNamed, condemnedAt }: Candidate, before: Date): Verdict {
  if (isNamed) return condemnedAt === null ? 'keep' : 'rescue'
  if (condemnedAt === null) return 'condemn'
  return condemnedAt <= before ? 'remove' : 'wait'
}
