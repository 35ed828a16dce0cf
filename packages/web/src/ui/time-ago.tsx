import { useEffect, useState } from 'react'
import { formatAgo, formatTime } from '../lib/units.js'

const refreshMs = 30_000

/** Relative time with the exact one, in the reader's zone, on hover. */
export function TimeAgo({ at }: { at: string | Date }) {
  const [now, setNow] = useState(() => new Date())
  useEffect(() => {
    const timer = setInterval(() => setNow(new Date()), refreshMs)
    return () => clearInterval(timer)
  }, [])
  const date = new Date(at)
  return (
    <time dateTime={date.toISOString()} title={formatTime(date)}>
      {formatAgo(date, now)}
    </time>
  )
}
