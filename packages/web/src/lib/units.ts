const locale = 'en'
const compact = new Intl.NumberFormat(locale, { notation: 'compact', maximumFractionDigits: 1 })
const whole = new Intl.NumberFormat(locale)
const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style: 'short' })
const exact = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium' })
const day = new Intl.DateTimeFormat(locale, { dateStyle: 'medium' })

/** `12.4k`. */
export const formatCount = (value: number): string => compact.format(value).replace('K', 'k')
/** `12,431`. */
export const formatExact = (value: number | bigint): string => whole.format(value)

const byteUnits = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const

/** Decimal units: `520.4 kB`. */
export function formatBytes(bytes: number): string {
  let value = bytes
  let unit = 0
  while (value >= 999.5 && unit < byteUnits.length - 1) {
    value /= 1000
    unit += 1
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${byteUnits[unit]}`
}

const steps: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['year', 31_557_600_000],
  ['month', 2_629_800_000],
  ['week', 604_800_000],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
]

/** `3 hr. ago`; below a minute, "just now". */
export function formatAgo(then: Date, now: Date): string {
  const deltaMs = then.getTime() - now.getTime()
  const step = steps.find(([, ms]) => Math.abs(deltaMs) >= ms)
  return step ? relative.format(Math.trunc(deltaMs / step[1]), step[0]).replace(/\./g, '') : 'just now'
}
export const formatTime = (date: Date): string => exact.format(date)
export const formatDay = (date: Date): string => day.format(date)
/** `840 ms`, `2.4 s`. */
export const formatDuration = (ms: number): string =>
  ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`
