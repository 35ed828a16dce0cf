/** Budget windows in UTC, half-open: `[start, end)`. Weeks start on Monday. */
export type BudgetPeriod = 'day' | 'week' | 'month' | 'total'

export interface BudgetWindow {
  readonly startsAt: Date
  /** Far in the future for `total`. */
  readonly endsAt: Date
}

/** End of a window that never ends. */
export const NO_END = new Date('9999-01-01T00:00:00Z')
const DAY_MS = 86_400_000
/** Monday is the first day: 1970-01-01 was a Thursday. */
const MONDAY_OFFSET_DAYS = 3

export function budgetWindow(period: BudgetPeriod, at: Date): BudgetWindow {
  if (period === 'total') return { startsAt: new Date(0), endsAt: NO_END }
  if (period === 'month') return monthOf(at)
  const days = Math.floor(at.getTime() / DAY_MS)
  if (period === 'day') return spanOfDays(days, 1)
  const sinceMonday = (((days + MONDAY_OFFSET_DAYS) % 7) + 7) % 7
  return spanOfDays(days - sinceMonday, 7)
}

/** The calendar month of an instant: also the service period that prices are rated over. */
export function monthOf(at: Date): BudgetWindow {
  return {
    startsAt: new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), 1)),
    endsAt: new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1, 1)),
  }
}

export function hourOf(ms: number): number {
  return ms - (((ms % 3_600_000) + 3_600_000) % 3_600_000)
}

function spanOfDays(first: number, count: number): BudgetWindow {
  return { startsAt: new Date(first * DAY_MS), endsAt: new Date((first + count) * DAY_MS) }
}
