import type { MeteringDeps } from '../deps.js'

export interface RouteDeps extends MeteringDeps {
  /** Limits changed in this process: the next call asks again at once. */
  forgetTerms(): void
  readSegment(journalId: string, segment: number): Promise<Buffer | null>
}

/** The span of a report: what was asked for, by default the 30 days up to now. */
export function readSpan(
  query: { from?: string | undefined; to?: string | undefined },
  now: Date,
): { from: Date; to: Date } {
  const to = query.to === undefined ? new Date(now.getTime() + 1) : new Date(query.to)
  const from = query.from === undefined ? new Date(to.getTime() - DEFAULT_DAYS * 86_400_000) : new Date(query.from)
  return { from, to }
}

const DEFAULT_DAYS = 30
