/** What the score is made of. */
export interface TrendingInput {
  /** Downloads of the last 30 days. */
  readonly downloads: number
  /** Likes of the last 30 days. */
  readonly likesRecent: number
  readonly createdAt: Date
  readonly updatedAt: Date
}

const DAY_MS = 86_400_000
/** Days after which the bonus for being new, or freshly changed, has halved. */
export const NEW_HALF_LIFE_DAYS = 7
export const CHANGED_HALF_LIFE_DAYS = 14

/**
 * How much attention a repository gets now. Recent likes count most, downloads by their order of magnitude (so that one
 * robot does not win), and new or freshly changed repositories start ahead. Never negative, one decimal.
 */
export function trendingScore(input: TrendingInput, now: Date): number {
  const attention = 4 * Math.sqrt(Math.max(0, input.likesRecent)) + 2 * Math.log10(1 + Math.max(0, input.downloads))
  const score =
    attention +
    3 * decay(input.createdAt, now, NEW_HALF_LIFE_DAYS) +
    decay(input.updatedAt, now, CHANGED_HALF_LIFE_DAYS)
  return Math.round(score * 10) / 10
}

function decay(since: Date, now: Date, halfLifeDays: number): number {
  const days = Math.max(0, now.getTime() - since.getTime()) / DAY_MS
  return 2 ** (-days / halfLifeDays)
}
