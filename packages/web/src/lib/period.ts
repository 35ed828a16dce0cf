export type Period = 'day' | 'week' | 'month' | 'year'
export const periods: readonly Period[] = ['day', 'week', 'month', 'year']
const hourMs = 3_600_000

/** Start of the hour, so that an address asked twice within an hour is the same question. */
const wholeHour = (date: Date) => new Date(Math.floor(date.getTime() / hourMs) * hourMs)

/** The span a period means now, UTC; the end is open, so that the newest call is in it. */
export function spanOf(period: Period, now: Date): { from: string; unit: 'hour' | 'day' | 'month' } {
  const end = wholeHour(now).getTime()
  if (period === 'day') return { from: new Date(end - 23 * hourMs).toISOString(), unit: 'hour' }
  if (period === 'week') return { from: new Date(end - 7 * 24 * hourMs).toISOString(), unit: 'day' }
  if (period === 'month')
    return { from: new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1)).toISOString(), unit: 'day' }
  return { from: new Date(Date.UTC(now.getUTCFullYear() - 1, now.getUTCMonth() + 1, 1)).toISOString(), unit: 'month' }
}

export const parsePeriod = (value: unknown): Period => periods.find((period) => period === value) ?? 'month'
